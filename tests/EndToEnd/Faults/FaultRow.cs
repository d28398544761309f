using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A row of the table in docs/operate.md that shows what <c>f2bbroker status</c> prints for a fault.</summary>
internal sealed class FaultRow
{
    private const string Page = "docs/operate.md";
    private const string Head = "| fault of web1 |";

    private readonly string text;
    private readonly (string Column, string Cell)[] cells;
    private readonly string[] sentences;

    private FaultRow(string text)
    {
        this.text = text;
        string[] columns = text.Split('|', StringSplitOptions.TrimEntries);
        cells = [.. Regex.Matches(columns[2], "([A-Z][A-Z0-9 ]+) `([^`]+)`").Select(cell => (cell.Groups[1].Value, cell.Groups[2].Value))];
        sentences = [.. Regex.Matches(columns[3], "`([^`]+)`").Select(sentence => sentence.Groups[1].Value)];
        Assert.True(cells.Length + sentences.Length > 0, text);
    }

    /// <summary>Waits until status prints what the row of that fault says about web1 for this server.</summary>
    public static async Task ShowsAsync(RunningBroker broker, string fault, string server)
    {
        FaultRow row = Find(fault);
        string status = "";
        await Eventually.TrueAsync(
            async () => row.IsIn(status = (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output, server),
            () => $"{row.text}\n{status}");
    }

    private static FaultRow Find(string fault) => new(
        File.ReadLines(Repository.Path(Page))
            .SkipWhile(line => !line.StartsWith(Head, StringComparison.Ordinal))
            .TakeWhile(line => line.Length > 0)
            .Single(line => line.StartsWith($"| {fault} |", StringComparison.Ordinal)));

    private bool IsIn(string status, string server)
    {
        string[] lines = status.Split('\n');
        Dictionary<string, string> shown = Columns(lines[0])
            .Zip(lines.Select(Columns).FirstOrDefault(columns => columns[0] == server) ?? [])
            .ToDictionary(pair => pair.First, pair => pair.Second);
        return cells.All(cell => shown.TryGetValue(cell.Column, out string? value) && IsLike(value, cell.Cell, server))
            && sentences.All(sentence => lines.Any(line => IsLike(line, sentence, server)));
    }

    /// <param name="documented">The text for web1, in which <c>…</c> stands for any text.</param>
    private static bool IsLike(string shown, string documented, string server) => Regex.IsMatch(
        shown,
        $"^{Regex.Escape(documented.Replace("web1", server, StringComparison.Ordinal)).Replace("…", ".+", StringComparison.Ordinal)}$");

    private static string[] Columns(string line) => Regex.Split(line.Trim(), " {2,}");
}
