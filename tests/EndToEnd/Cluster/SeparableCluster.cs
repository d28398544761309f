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

    /// <summary>Sets <c>net_ticktime</c>: the seconds without an answer after which a node takes another one for down.</summary>
    public async Task SetTickTimeAsync(int seconds)
    {
        // Asked one by one, because one may be separated.
        foreach (string node in Nodes)
        {
            await ControlAsync(node, "eval", $"net_kernel:set_net_ticktime({seconds}, 0).");
        }
    }

    public Task SeparateAsync(string node) => lan!.CutAsync(LinkOf(node));

    public Task HealAsync(string node) => lan!.MendAsync(LinkOf(node));

    public override ValueTask InitializeAsync() => Environment.IsPrivilegedProcess ? base.InitializeAsync() : ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (lan?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    protected override async Task PrepareAsync(string path)
    {
        lan = await Lan.CreateAsync();
        foreach (int number in new[] { 1, 2, 3 })
        {
            string address = $"192.0.2.{number}";
            string network = await lan.AddAsync(LinkOf(address), address);
            networks.Add(LinkOf(address), network);
            string folder = Directory.CreateDirectory(Path.Combine(path, $"{number}")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "network"), $"{network} {address}\n");
        }
    }

    /// <param name="node">The node's name or address.</param>
    private static string LinkOf(string node) => $"mq{node[^1]}";
}
