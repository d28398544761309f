using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>A cluster of three RabbitMQ nodes. Each can be stopped, killed and started again.</summary>
public class BrokerCluster : RunningBroker, IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly Dictionary<string, Node> nodes = [];

    /// <summary>All three nodes, as <c>[broker] uri</c> names them.</summary>
    public override string Uri => string.Join(' ', nodes.Values.Select(node => node.Uri));

    public virtual async ValueTask InitializeAsync()
    {
        await PrepareAsync(folder.Path);
        await StartAllAsync();
        foreach (string number in new[] { "1", "2", "3" })
        {
            IReadOnlyDictionary<string, string> values = await BrokerScripts.ReadValuesAsync(folder[number]);
            int port = int.Parse(values["F2B_AMQP_PORT"], CultureInfo.InvariantCulture);
            nodes.Add(values["F2B_NODE"], new Node(folder[number], port, values["F2BBROKER_API"]));
        }

        SelectApiNode([]);
    }

    public IReadOnlyCollection<string> Nodes => nodes.Keys;

    /// <summary>One node, as <c>[broker] uri</c> names it.</summary>
    public string UriOf(string node) => nodes[node].Uri;

    /// <summary>Uses the management API of a node.</summary>
    public void UseApiOf(string node) => SelectApiNode(nodes.Keys.Where(other => other != node));

    /// <summary>Returns the number of lines of a node's log that contain the text.</summary>
    public int CountLogged(string node, string text) => BrokerScripts.CountLogged(nodes[node].Folder, text);

    /// <summary>Returns the last lines of a node's log.</summary>
    public IEnumerable<string> LastLines(string node) => BrokerScripts.FindLogged(nodes[node].Folder, "").TakeLast(40);

    public Task KillAsync(string node) => StopAsync("kill", node);

    /// <summary>Shuts a node down.</summary>
    public Task StopAsync(string node) => StopAsync("stop", node);

    public async Task StartAsync(string node)
    {
        await BrokerScripts.RunAsync("broker.sh", ["start", nodes[node].Folder]);
        await IsCompleteAsync();
    }

    /// <summary>Waits until all nodes run. A node that returns first synchronizes with the others.</summary>
    public async Task IsCompleteAsync()
    {
        IReadOnlyList<string> running = [];
        await Eventually.TrueAsync(
            async () => (running = await RunningAsync()).Count == nodes.Count,
            () => $"Only {string.Join(' ', running)} run.\n{string.Join('\n', nodes.Keys.Except(running).SelectMany(LastLines))}",
            TimeSpan.FromMinutes(2));
    }

    public Task StopAllAsync() => BrokerScripts.RunAsync("cluster.sh", ["stop", folder.Path]);

    /// <param name="environment">Variables of the nodes, each <c>NAME=value</c>.</param>
    public Task StartAllAsync(params string[] environment) => BrokerScripts.RunAsync("cluster.sh", ["start", folder.Path], environment);

    /// <summary>Runs rabbitmqctl on a node.</summary>
    public Task ControlAsync(string node, params string[] arguments) =>
        BrokerScripts.RunAsync("broker.sh", ["ctl", nodes[node].Folder, .. arguments]);

    /// <summary>Returns the node that leads a quorum queue or a stream.</summary>
    public async Task<string> LeaderOfAsync(string queue)
    {
        JsonElement description = await DescribeAsync(queue);
        // RabbitMQ 3.10 names the leader of a stream as its node.
        return (description.TryGetProperty("leader", out JsonElement leader) ? leader : description.GetProperty("node")).GetString()!;
    }

    /// <summary>Returns the size of a stream on a node, in bytes.</summary>
    public long SizeOf(string stream, string node) =>
        new DirectoryInfo(nodes[node].Folder).EnumerateFiles("*.segment", SearchOption.AllDirectories)
            .Where(file => file.DirectoryName!.Contains(stream.Replace('.', '_'), StringComparison.Ordinal))
            .Sum(file => file.Length);

    /// <summary>Waits until each node has a copy of a quorum queue or a stream.</summary>
    public Task IsOnEachNodeAsync(string queue) => Eventually.TrueAsync(
        // The broker adds the members to its answer some seconds after the start.
        async () => (await DescribeAsync(queue)).TryGetProperty("members", out JsonElement members)
            && members.GetArrayLength() == nodes.Count,
        () => $"{queue} has no copy on some node.");

    /// <summary>Waits until a server's daemon is connected for bans, and returns the node that it is connected to.</summary>
    internal async Task<string> NodeOfAsync(Server server)
    {
        string? node = null;
        await Eventually.TrueAsync(
            async () => (node = await FindNodeAsync(server.Name)) is not null,
            () => $"{server.Name} is not connected.");
        return node!;
    }

    public virtual async ValueTask DisposeAsync()
    {
        CloseApi();
        await StopAllAsync();
        folder.Dispose();
    }

    /// <summary>Writes files for the nodes, before they are created.</summary>
    /// <param name="path">The folder of the nodes' folders 1, 2 and 3.</param>
    protected virtual Task PrepareAsync(string path) => Task.CompletedTask;

    private async Task<string?> FindNodeAsync(string user) =>
        (string?)((JsonArray)(await GetAsync("connections"))!)
            .FirstOrDefault(connection => (string?)connection!["user"] == user && IsForBans(connection))?["node"];

    // A JsonNode cannot be read if a field occurs twice, as "online" does after a node was lost.
    private async Task<JsonElement> DescribeAsync(string queue) =>
        (await GetAsync($"queues/f2b/{queue}"))!.Deserialize<JsonElement>();

    private async Task StopAsync(string command, string node)
    {
        SelectApiNode([node]);
        await BrokerScripts.RunAsync("broker.sh", [command, nodes[node].Folder]);
    }

    /// <summary>Uses the management API of a node other than these.</summary>
    private void SelectApiNode(IEnumerable<string> excluded)
    {
        Node selected = nodes.First(node => !excluded.Contains(node.Key)).Value;
        SetAddress(selected.Host, selected.Port, selected.Api);
    }

    private async Task<IReadOnlyList<string>> RunningAsync()
    {
        try
        {
            JsonArray answer = await GetAsync("nodes") as JsonArray ?? [];
            return [.. answer.Where(node => (bool?)node!["running"] == true).Select(node => (string)node!["name"]!)];
        }
        catch (HttpRequestException)
        {
            // On a busy machine, a second node may have paused.
            return [];
        }
    }

    private sealed record Node(string Folder, int Port, string Api)
    {
        public string Host => new Uri(Api).Host;

        public string Uri => $"amqp://{Host}:{Port}/f2b";
    }
}
