using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>
/// A group whose servers are at a node that a test separates, at another node, and between the nodes with all of them in <c>uri</c>. In
/// each of these places, one server reports bans, and one receives with each type of queue.
/// </summary>
internal sealed class PartitionedGroup : IAsyncDisposable
{
    private const string Separated = "separated";
    private const int MaxDelayMilliseconds = 1000;

    // Daemons, nodes and queues may each wait up to a minute before they try again.
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(5);

    private readonly Dictionary<Server, Daemon> daemons = [];
    private readonly List<Receiver> receivers = [];
    private readonly List<Origin> origins = [];
    private readonly TestGroup group;

    private PartitionedGroup(TestGroup group) => this.group = group;

    /// <summary>Creates a group without servers on an empty broker.</summary>
    public static async Task<PartitionedGroup> CreateAsync(SeparableCluster broker) => new(await TestGroup.StartAsync(broker));

    /// <summary>Enrolls the servers, starts them, and waits until bans arrive everywhere.</summary>
    /// <param name="node">The node that the test will separate.</param>
    public async Task StartAsync(SeparableCluster broker, string node)
    {
        string other = broker.Nodes.First(name => name != node);
        await EnrollAsync(broker, new Place(Separated, broker.NetworkOf(node), broker.UriOf(node)));
        await EnrollAsync(broker, new Place("majority", broker.NetworkOf(other), broker.UriOf(other)));
        await EnrollAsync(broker, new Place("between", broker.Network!, broker.Uri));
        receivers.ForEach(receiver => daemons.Add(receiver.Server, receiver.Server.Start(Built.Consumer, receiver.Place.Setting)));
        origins.ForEach(origin => daemons.Add(origin.Server, origin.Server.Start(Built.Producer, origin.Place.Setting)));
        origins.ForEach(origin => group.Add(origin.Load.Start()));
        await GrowsAsync(1);
        await FlowsAsync();
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
        origins.Where(origin => origin.Place.Name != Separated).Select(origin => origin.Load),
        receivers.Where(receiver => receiver.Place.Name != Separated && types.Contains(receiver.Type)).Select(receiver => receiver.Server));

    /// <summary>Kills the producer of the separated server and starts it again. It need not reach a broker.</summary>
    public async Task RestartSeparatedProducerAsync()
    {
        Origin origin = origins.Single(origin => origin.Place.Name == Separated);
        await daemons[origin.Server].KillAsync();
        daemons[origin.Server] = origin.Server.Start(Built.Producer, origin.Place.Setting);
    }

    /// <summary>Asserts that the newest ban of the separated server has not reached the others, nor one of theirs that server.</summary>
    public async Task AssertSeparatedAsync()
    {
        await GrowsAsync(1);
        string inside = origins.Single(origin => origin.Place.Name == Separated).Load.Identities[^1];
        string outside = origins.First(origin => origin.Place.Name != Separated).Load.Identities[^1];
        Assert.All(
            receivers,
            receiver => Assert.DoesNotContain(receiver.Place.Name == Separated ? outside : inside, receiver.Server.Bans));
    }

    /// <summary>
    /// Stops the bans, and asserts that each arrives once at each server, that each is confirmed, and that all daemons still run. Adds a
    /// row for each type of queue to the table.
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
            foreach (IGrouping<string, IReadOnlyList<string>> ofType in receivers.GroupBy(
                receiver => receiver.Type.Name,
                receiver => receiver.Server.Bans))
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
        Assert.All(daemons.Values, daemon => Assert.True(daemon.IsRunning, daemon.Said));
        Assert.All(daemons.Values, daemon => Assert.Equal(0, daemon.Count("no longer holds all bans")));
        foreach (Server server in origins.Select(origin => origin.Server))
        {
            await server.IsConfirmedAsync();
            Assert.Equal(0, await daemons[server].StopAsync());
        }
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private async Task EnrollAsync(SeparableCluster broker, Place place)
    {
        foreach (QueueType type in new[] { QueueType.Classic, QueueType.Quorum, QueueType.Stream })
        {
            Server receiver = group.Add(await Server.EnrollAsync(broker, $"{place.Name}-{type}", type, [Load.NoLimit]));
            receiver.Network = place.Network;
            receivers.Add(new Receiver(receiver, place, type));
        }

        Server server = group.Add(await Server.EnrollAsync(broker, place.Name, Role.Reporter));
        server.Network = place.Network;
        origins.Add(new Origin(server, place, new Load(server, receivers[0].Server, Random.Shared.Next(), MaxDelayMilliseconds)));
    }

    private async Task ArriveAsync(IEnumerable<Load> loads, IEnumerable<Server> servers)
    {
        string[] logged = [.. loads.SelectMany(load => load.Identities)];
        foreach (Server server in servers)
        {
            await Eventually.ArrivesAsync(
                () => [.. logged.Except(server.Bans)],
                () => $"{server.Name} has the others, and logged:\n{daemons[server].SaidBut(" Written: ")}",
                ArrivalTimeout);
        }
    }

    /// <summary>Where servers are, and the nodes that they know.</summary>
    private sealed record Place(string Name, string Network, string Uri)
    {
        /// <summary>Replaces the nodes that enrollment has written.</summary>
        public string Setting => $"F2BBROKER_BROKER__URI={Uri}";
    }

    private sealed record Receiver(Server Server, Place Place, QueueType Type);

    private sealed record Origin(Server Server, Place Place, Load Load);
}
