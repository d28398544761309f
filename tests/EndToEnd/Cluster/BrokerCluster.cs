using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>A cluster of three RabbitMQ nodes. Each can be stopped, killed and started again.</summary>
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

        SelectApiNode([]);
    }

    public IReadOnlyCollection<string> Nodes => nodes.Keys;

    public Task KillAsync(string node) => StopAsync("kill", node);

    /// <summary>Shuts a node down.</summary>
    public Task StopAsync(string node) => StopAsync("stop", node);

    public async Task StartAsync(string node)
    {
        await ScriptAsync("broker.sh", "start", nodes[node].Folder);
        // The node first synchronizes with the others.
        await Eventually.TrueAsync(
            async () => (await RunningAsync()).Count == nodes.Count,
            () => $"{node} does not rejoin the cluster.",
            TimeSpan.FromMinutes(2));
    }

    /// <summary>Returns the node that leads a quorum queue.</summary>
    // A JsonNode cannot be read if a field occurs twice, as "online" does after a node was lost.
    public async Task<string> LeaderOfAsync(string queue) =>
        (await GetAsync($"queues/f2b/{queue}"))!.Deserialize<JsonElement>().GetProperty("leader").GetString()!;

    /// <summary>Returns the nodes that a user's connections for bans use.</summary>
    public async Task<IReadOnlyList<string>> NodesOfAsync(string user) =>
        [
            .. ((JsonArray)(await GetAsync("connections"))!)
                .Where(connection => (string?)connection!["user"] == user && IsForBans(connection))
                .Select(connection => (string)connection!["node"]!)
                .Distinct(),
        ];

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await ScriptAsync("cluster.sh", "stop", folder.Path);
        folder.Dispose();
    }

    private async Task StopAsync(string command, string node)
    {
        SelectApiNode([node]);
        await ScriptAsync("broker.sh", command, nodes[node].Folder);
    }

    /// <summary>Uses the management API of a node other than these.</summary>
    private void SelectApiNode(string[] excluded)
    {
        Node selected = nodes.First(node => !excluded.Contains(node.Key)).Value;
        SetAddress("127.0.0.1", selected.Port, selected.Api);
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
