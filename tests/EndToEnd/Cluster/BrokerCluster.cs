using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>Three RabbitMQ nodes that are one cluster, of which each can be stopped, killed and started again.</summary>
public sealed class BrokerCluster : RunningBroker, IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly Dictionary<string, Node> nodes = [];

    /// <summary>All three nodes, as <c>[broker] uri</c> names them.</summary>
    public override string Uri => string.Join(' ', nodes.Values.Select(node => $"amqp://127.0.0.1:{node.Port}/f2b"));

    public async ValueTask InitializeAsync()
    {
        await ScriptAsync("cluster.sh", "start", folder.Path);
        foreach (string number in new[] { "1", "2", "3" })
        {
            Dictionary<string, string> values = (await File.ReadAllLinesAsync(Path.Combine(folder[number], "env")))
                .Select(line => line.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1]);
            int port = int.Parse(values["F2B_AMQP_PORT"], CultureInfo.InvariantCulture);
            nodes.Add($"f2b{port}@localhost", new Node(folder[number], port, values["F2BBROKER_API"]));
        }

        AskAnother([]);
    }

    public IReadOnlyCollection<string> Nodes => nodes.Keys;

    public Task KillAsync(string node) => DoAsync("kill", node);

    /// <summary>Ends a node in an orderly way.</summary>
    public Task StopAsync(string node) => DoAsync("stop", node);

    public async Task StartAsync(string node)
    {
        await ScriptAsync("broker.sh", "start", nodes[node].Folder);
        // What was agreed on without it, it learns first.
        await Eventually.TrueAsync(
            async () => (await RunningAsync()).Count == nodes.Count,
            () => $"{node} does not join the others again.",
            TimeSpan.FromMinutes(2));
    }

    /// <summary>The node that leads a quorum queue.</summary>
    // A JsonNode cannot be read if a field occurs twice, as "online" does after a node was lost.
    public async Task<string> LeaderOfAsync(string queue) =>
        (await GetAsync($"queues/f2b/{queue}"))!.Deserialize<JsonElement>().GetProperty("leader").GetString()!;

    /// <summary>Nodes that this user's connections go to.</summary>
    public async Task<IReadOnlyList<string>> NodesOfAsync(string user) =>
        [
            .. ((JsonArray)(await GetAsync("connections"))!)
                .Where(connection => (string?)connection!["user"] == user)
                .Select(connection => (string)connection!["node"]!)
                .Distinct(),
        ];

    public async ValueTask DisposeAsync()
    {
        Gone();
        await ScriptAsync("cluster.sh", "stop", folder.Path);
        folder.Dispose();
    }

    private async Task DoAsync(string command, string node)
    {
        AskAnother([node]);
        await ScriptAsync("broker.sh", command, nodes[node].Folder);
    }

    private void AskAnother(string[] than)
    {
        Node asked = nodes.First(node => !than.Contains(node.Key)).Value;
        Found("127.0.0.1", asked.Port, asked.Api);
    }

    private async Task<IReadOnlyList<string>> RunningAsync() =>
        [.. ((JsonArray)(await GetAsync("nodes"))!).Where(node => (bool?)node!["running"] == true).Select(node => (string)node!["name"]!)];

    private static async Task ScriptAsync(string script, params IEnumerable<string> arguments)
    {
        Built.Outcome outcome = await Built.RunAsync(Repository.Path($"tests/real/{script}"), arguments);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    private sealed record Node(string Folder, int Port, string Api);
}
