using System.Globalization;

namespace F2bBroker.EndToEndTests;

/// <summary>
/// The RabbitMQ that is installed here, as a private process in a folder of its own, which can be stopped, killed and started again.
/// </summary>
internal sealed class LocalBroker : IAsyncDisposable
{
    private readonly TempFolder folder = new();

    /// <summary>Where its files are.</summary>
    public string Folder => folder.Path;

    public int Port { get; private set; }

    public string Api { get; private set; } = "";

    /// <summary>Where it answers Prometheus.</summary>
    public int MetricsPort { get; private set; }

    /// <summary>What all its files take.</summary>
    public long BytesOnDisk => new DirectoryInfo(folder.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(Length);

    /// <param name="terms">Erlang terms for its configuration, from the next start on.</param>
    public Task ConfigureAsync(string terms) => File.WriteAllTextAsync(folder["extra.config"], terms);

    /// <param name="lines">Of <c>rabbitmq.conf</c>, from the next start on.</param>
    public Task ConfigureAsync(IEnumerable<string> lines) =>
        File.WriteAllLinesAsync(Path.Combine(Directory.CreateDirectory(folder["conf.d"]).FullName, "more.conf"), lines);

    public async Task StartAsync()
    {
        await ScriptAsync("start");
        Dictionary<string, string> values = (await File.ReadAllLinesAsync(folder["env"]))
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        (Port, Api) = (int.Parse(values["F2B_AMQP_PORT"], CultureInfo.InvariantCulture), values["F2BBROKER_API"]);
        MetricsPort = int.Parse(values["F2B_METRICS_PORT"], CultureInfo.InvariantCulture);
    }

    public Task StopAsync() => ScriptAsync("stop");

    public Task KillAsync() => ScriptAsync("kill");

    /// <summary>Runs rabbitmqctl.</summary>
    public Task ControlAsync(params IEnumerable<string> arguments) => ScriptAsync("ctl", arguments);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Dispose();
    }

    /// <summary>Of a file that the broker may be deleting.</summary>
    private static long Length(FileInfo file) => file.Exists ? file.Length : 0;

    private async Task ScriptAsync(string command, params IEnumerable<string> arguments)
    {
        Built.Outcome outcome = await Built.RunAsync(Repository.Path("tests/real/broker.sh"), [command, folder.Path, .. arguments]);
        // rabbitmqctl colours its errors, which no file of test results can hold.
        Assert.True(outcome.ExitCode == 0, outcome.Errors.Replace("\u001b", "", StringComparison.Ordinal));
    }
}
