using System.Collections.Concurrent;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>
/// A group whose servers are at a node that a test separates, at another node, and between the nodes with all of them in <c>uri</c>. In each
/// of these places, one server reports bans all the time, and one receives with each type of queue.
/// </summary>
internal sealed class PartitionedGroup : IAsyncDisposable
{
    // Daemons, nodes and queues may each wait up to a minute before they try again.
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(5);
    private const int MaxDelayMilliseconds = 1000;

    private readonly ConcurrentBag<(Server Server, QueueType Type, Daemon Consumer, bool IsSeparated)> receivers = [];
    private readonly ConcurrentBag<(Server Server, Load Load)> origins = [];
    private readonly ConcurrentDictionary<Server, Daemon> producers = new();
    private readonly SeparableCluster broker;
    private readonly TestGroup group;
    private readonly string separatedUri;

    private PartitionedGroup(SeparableCluster broker, TestGroup group, string separatedUri) =>
        (this.broker, this.group, this.separatedUri) = (broker, group, separatedUri);

    /// <param name="node">The node that the test will separate.</param>
    public static async Task<PartitionedGroup> StartAsync(SeparableCluster broker, string node)
    {
        PartitionedGroup servers = new(broker, await TestGroup.StartAsync(broker), broker.UriOf(node));
        string other = broker.Nodes.First(name => name != node);
        await Task.WhenAll(
            servers.AddAsync("separated", broker.NetworkOf(node), servers.separatedUri),
            servers.AddAsync("majority", broker.NetworkOf(other), broker.UriOf(other)),
            servers.AddAsync("between", broker.Network!, broker.Uri));
        await servers.FlowsAsync();
        return servers;
    }

    /// <summary>The servers' queues.</summary>
    public IEnumerable<string> Queues =>
        receivers.Where(receiver => receiver.Type != QueueType.Stream).Select(receiver => $"f2b.bans.{receiver.Server.Name}");

    /// <summary>Waits until each origin has logged that many more bans.</summary>
    public Task GrowsAsync(int more) => Task.WhenAll(origins.Select(origin => origin.Load.GrowsAsync(more)));

    /// <summary>Waits until all bans logged by now have arrived everywhere.</summary>
    public Task FlowsAsync() => ArriveAsync(origins.Select(origin => origin.Load), receivers.Select(receiver => receiver.Server));

    /// <summary>Waits until the bans of the majority have arrived at its servers with these types of queues.</summary>
    public Task MajorityFlowsAsync(params QueueType[] types) => ArriveAsync(
        origins.Where(origin => origin.Server.Name != "separated").Select(origin => origin.Load),
        receivers.Where(receiver => !receiver.IsSeparated && types.Contains(receiver.Type)).Select(receiver => receiver.Server));

    /// <summary>Kills the producer of the separated server and starts it again. It need not reach a broker.</summary>
    public async Task RestartSeparatedProducerAsync()
    {
        Server server = origins.Single(origin => origin.Server.Name == "separated").Server;
        await producers[server].KillAsync();
        producers[server] = server.Start(Built.Producer, OnlyUri(separatedUri));
    }

    /// <summary>Asserts that no newest ban of the separated server has crossed to the others, nor one of the majority to it.</summary>
    public async Task AssertSeparatedAsync()
    {
        await GrowsAsync(1);
        Assert.All(receivers, receiver => Assert.DoesNotContain(
            origins.Single(origin => origin.Server.Name == (receiver.IsSeparated ? "majority" : "separated")).Load.Identities[^1],
            receiver.Server.Bans));
    }

    /// <summary>
    /// Stops the bans, and asserts that each arrives once at each server, that each is confirmed, and that all daemons still run. Adds a row
    /// for each type of queue to the table.
    /// </summary>
    public async Task StopAndAssertAsync(string done)
    {
        await Task.WhenAll(origins.Select(origin => origin.Load.StopAsync()));
        string[] expected = [.. origins.SelectMany(origin => origin.Load.Identities).Order(StringComparer.Ordinal)];
        try
        {
            await FlowsAsync();
        }
        finally
        {
            foreach (var ofType in receivers.GroupBy(receiver => receiver.Type.Name, receiver => receiver.Server.Bans))
            {
                FaultTable.Add(
                    $"{done}; {ofType.Key}",
                    1,
                    expected.Length,
                    ofType.Sum(bans => bans.Count),
                    ofType.Sum(bans => expected.Except(bans).Count()),
                    ofType.Sum(bans => bans.Count - bans.Distinct().Count()));
            }
        }

        Assert.All(receivers, receiver => Assert.Equal(expected, receiver.Server.Bans.Order(StringComparer.Ordinal)));
        Assert.All(receivers, receiver => Assert.True(receiver.Consumer.IsRunning, receiver.Consumer.Said));
        Assert.All(receivers, receiver => Assert.Equal(0, receiver.Consumer.Count("no longer holds all bans")));
        foreach ((Server server, Daemon producer) in producers)
        {
            Assert.Equal(0, await producer.StopAsync());
            Assert.Contains($"{new FileInfo(server.Fail2BanLog).Length}", await File.ReadAllTextAsync(server.Checkpoint));
        }
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    /// <summary>Replaces the nodes that enrollment has written.</summary>
    private static string OnlyUri(string uri) => $"F2BBROKER_BROKER__URI={uri}";

    private async Task AddAsync(string place, string network, string uri)
    {
        foreach (QueueType type in new[] { QueueType.Classic, QueueType.Quorum, QueueType.Stream })
        {
            Server receiver = group.Add(await Server.EnrollAsync(broker, $"{place}-{type}", type, [Load.NoLimit]));
            receiver.Network = network;
            receivers.Add((receiver, type, await receiver.StartConsumerAsync(OnlyUri(uri)), place == "separated"));
        }

        Server origin = group.Add(await Server.EnrollAsync(broker, place, Role.Reporter));
        origin.Network = network;
        producers[origin] = await origin.StartProducerAsync(OnlyUri(uri));
        Load load = group.Add(new Load(origin, receivers.First().Server, Random.Shared.Next(), MaxDelayMilliseconds).Start());
        origins.Add((origin, load));
        await load.GrowsAsync(1);
    }

    private static async Task ArriveAsync(IEnumerable<Load> loads, IEnumerable<Server> servers)
    {
        string[] logged = [.. loads.SelectMany(load => load.Identities)];
        foreach (Server server in servers)
        {
            await Eventually.TrueAsync(
                () => !logged.Except(server.Bans).Any(),
                () => $"{server.Name} has not {string.Join('\n', logged.Except(server.Bans).Take(5))}\n{server.LastLines}",
                ArrivalTimeout);
        }
    }
}
