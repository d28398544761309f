using System.Globalization;

namespace F2bBroker.EndToEndTests;

/// <summary>The metrics of a daemon at one moment.</summary>
internal sealed class Scrape
{
    private static readonly HttpClient Client = new();

    private readonly Dictionary<string, double> series;

    private Scrape(string text)
    {
        Text = text;
        series = text.Split('\n')
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Replace("{}", "", StringComparison.Ordinal))
            .ToDictionary(
                line => line[..line.LastIndexOf(' ')],
                line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public string Text { get; }

    /// <summary>The metrics and their types: <c>f2bbroker_bans_held gauge</c>.</summary>
    public IEnumerable<string> Types =>
        Text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line[7..]);

    /// <summary>The value of a series, by its name and labels as they are printed; 0 if it does not exist.</summary>
    public double this[string name] => series.GetValueOrDefault(name);

    public static async Task<Scrape> OfAsync(int port, string host = "127.0.0.1") =>
        new(await Client.GetStringAsync(new Uri($"http://{host}:{port}/metrics")));

    /// <summary>Waits until these values are served, each as <c>name value</c>.</summary>
    public static async Task<Scrape> ShowsAsync(int port, params string[] expected)
    {
        Scrape scrape = await OfAsync(port);
        await Eventually.TrueAsync(
            async () =>
            {
                scrape = await OfAsync(port);
                return expected.All(line =>
                    scrape[line[..line.LastIndexOf(' ')]]
                    == double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
            },
            () => $"Not all of these values are served: {string.Join(", ", expected)}\n{scrape.Text}");
        return scrape;
    }
}
