using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests;

/// <summary>
/// A real Prometheus on loopback with the example configuration and the rules of <c>deploy/prometheus</c>. It scrapes each second, and
/// alerts fire without delay.
/// </summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly HttpClient api = new();
    private Daemon? process;

    /// <param name="targets">The addresses of the example, each with the one that replaces it.</param>
    public static async Task<Prometheus> StartAsync(IReadOnlyDictionary<string, string> targets)
    {
        Prometheus started = new();
        string configuration = await File.ReadAllTextAsync(Repository.Path("deploy/prometheus/scrape.yml"));
        foreach ((string example, string here) in targets)
        {
            Assert.Contains(example, configuration, StringComparison.Ordinal);
            configuration = configuration.Replace(example, here, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(
            started.folder["prometheus.yml"],
            configuration.Replace("interval: 15s", "interval: 1s", StringComparison.Ordinal));
        string rules = await File.ReadAllTextAsync(Repository.Path("deploy/prometheus/f2bbroker.rules.yml"));
        await File.WriteAllTextAsync(started.folder["f2bbroker.rules.yml"], Regex.Replace(rules, @"for: \d+m", "for: 0s"));
        int port = PortPair.Find().First;
        started.api.BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/");
        started.process = new Daemon(
            "prometheus",
            [
                $"--config.file={started.folder["prometheus.yml"]}",
                $"--storage.tsdb.path={started.folder["data"]}",
                $"--web.listen-address=127.0.0.1:{port}",
            ]);
        await started.process.SaysAsync("Server is ready to receive web requests");
        return started;
    }

    /// <summary>Runs a query. Returns the result, and the error or warnings; null if there are none.</summary>
    public async Task<(JsonArray Result, string? Error)> QueryAsync(string expression)
    {
        using HttpResponseMessage response = await api.GetAsync(
            new Uri($"query?query={Uri.EscapeDataString(expression)}", UriKind.Relative));
        JsonNode answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        return (answer["data"]?["result"] as JsonArray ?? [], (string?)answer["error"] ?? answer["warnings"]?.ToJsonString());
    }

    /// <summary>Returns the addresses of the targets that are up.</summary>
    public async Task<IReadOnlyList<string>> UpAsync() =>
        [.. (await QueryAsync("up == 1")).Result.Select(series => (string)series!["metric"]!["instance"]!).Order()];

    /// <summary>Returns the alerts that fire, each as <c>name instance</c>.</summary>
    public async Task<IReadOnlyList<string>> FiringAsync()
    {
        JsonNode answer = (await api.GetFromJsonAsync<JsonNode>("alerts"))!;
        return [.. answer["data"]!["alerts"]!.AsArray().Where(alert => (string?)alert!["state"] == "firing")
            .Select(alert => $"{alert!["labels"]!["alertname"]} {alert["labels"]!["instance"]}").Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        api.Dispose();
        folder.Dispose();
    }
}
