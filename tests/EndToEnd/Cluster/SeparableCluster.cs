using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>
/// A cluster of three nodes in network namespaces of their own, so that each can be separated from the others. It needs root; without it,
/// there is no cluster.
/// </summary>
public sealed class SeparableCluster : BrokerCluster
{
    public const string SkipReason = "The test creates network namespaces, which needs root.";

    private readonly Dictionary<string, string> networks = [];
    private Lan? lan;

    /// <summary>The network of the switch between the nodes. It reaches each node that is not separated.</summary>
    protected internal override string? Network => lan?.Bridge;

    /// <summary>The network of a node. It reaches that node even if the node is separated.</summary>
    public string NetworkOf(string node) => networks[LinkOf(node)];

    public Task SeparateAsync(string node) => lan!.CutAsync(LinkOf(node));

    public Task HealAsync(string node) => lan!.MendAsync(LinkOf(node));

    public override ValueTask InitializeAsync() => Environment.IsPrivilegedProcess ? base.InitializeAsync() : ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        if (lan is not null)
        {
            await base.DisposeAsync();
            await lan.DisposeAsync();
        }
    }

    protected override async Task PrepareAsync(string path)
    {
        lan = await Lan.CreateAsync();
        foreach (int number in new[] { 1, 2, 3 })
        {
            string address = $"192.0.2.{number}";
            string network = await lan.AddAsync(LinkOf(address), address);
            networks.Add(LinkOf(address), network);
            string conf = Directory.CreateDirectory(Path.Combine(path, $"{number}", "conf.d")).FullName;
            await File.WriteAllTextAsync(Path.Combine(path, $"{number}", "network"), $"{network} {address}\n");
            // After this many seconds without an answer, a node takes another one for down. RabbitMQ's default is 60.
            await File.WriteAllTextAsync(Path.Combine(conf, "ticktime.conf"), $"net_ticktime = {Soak.Times(5, 60)}\n");
        }
    }

    /// <param name="node">The node's name or address.</param>
    private static string LinkOf(string node) => $"mq{node[^1]}";
}
