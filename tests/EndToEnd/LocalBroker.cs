using System.Globalization;

namespace F2bBroker.EndToEndTests;

/// <summary>
/// The installed RabbitMQ as a private process with its own folder. It can be stopped, killed and started again.
/// </summary>
internal sealed class LocalBroker : IAsyncDisposable
{
    private readonly TempFolder folder = new();

    /// <summary>The folder of its files.</summary>
    public string Folder => folder.Path;

    public int Port { get; private set; }

    public string Api { get; private set; } = "";

    /// <summary>The port of its Prometheus endpoint.</summary>
    public int MetricsPort { get; private set; }

    /// <summary>The total size of its files.</summary>
    public long BytesOnDisk => new DirectoryInfo(folder.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(Length);

    /// <summary>Returns the number of lines of its log that contain the text.</summary>
    public int CountLogged(string text) => BrokerScripts.CountLogged(folder.Path, text);

    /// <summary>Returns the lines of its log that contain the text.</summary>
    public IEnumerable<string> FindLogged(string text) => BrokerScripts.FindLogged(folder.Path, text);

    /// <param name="terms">Erlang terms for its configuration. They apply from the next start.</param>
    public Task ConfigureAsync(string terms) => File.WriteAllTextAsync(folder["extra.config"], terms);

    /// <param name="lines">Lines of <c>rabbitmq.conf</c>. They apply from the next start.</param>
    public Task ConfigureAsync(IEnumerable<string> lines) =>
        File.WriteAllLinesAsync(Path.Combine(Directory.CreateDirectory(folder["conf.d"]).FullName, "more.conf"), lines);

    /// <param name="environment">Variables of the broker, each <c>NAME=value</c>.</param>
    public async Task StartAsync(params IEnumerable<string> environment)
    {
        await ScriptAsync("start", [], environment);
        IReadOnlyDictionary<string, string> values = await BrokerScripts.ReadValuesAsync(folder.Path);
        (Port, Api) = (int.Parse(values["F2B_AMQP_PORT"], CultureInfo.InvariantCulture), values["F2BBROKER_API"]);
        MetricsPort = int.Parse(values["F2B_METRICS_PORT"], CultureInfo.InvariantCulture);
    }

    public Task StopAsync() => ScriptAsync("stop");

    public Task KillAsync() => ScriptAsync("kill");

    /// <summary>Runs rabbitmqctl. Returns its output.</summary>
    public Task<string> ControlAsync(params IEnumerable<string> arguments) => ScriptAsync("ctl", arguments);

    public async ValueTask DisposeAsync()
    {
        await ScriptAsync("end");
        folder.Dispose();
    }

    /// <summary>Returns the size of a file; 0 if the broker has deleted it.</summary>
    private static long Length(FileInfo file) => file.Exists ? file.Length : 0;

    private Task<string> ScriptAsync(string command, IEnumerable<string>? arguments = null, params IEnumerable<string> environment) =>
        BrokerScripts.RunAsync("broker.sh", [command, folder.Path, .. arguments ?? []], environment);
}
