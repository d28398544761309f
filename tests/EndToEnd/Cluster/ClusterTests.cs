using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>A cluster of three nodes, of which one goes and comes back while bans flow through quorum queues.</summary>
[Trait("Form", "long")]
[Trait("Broker", "own")]
public sealed class ClusterTests(BrokerCluster broker) : IClassFixture<BrokerCluster>, IAsyncLifetime
{
    private Server origin = null!;
    private Server receiver = null!;
    private Daemon producer = null!;
    private Daemon consumer = null!;
    private Load load = null!;
    private int refused;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        origin = await Server.EnrollWithQuorumQueueAsync(broker, "a");
        receiver = await Server.EnrollWithQuorumQueueAsync(broker, "b", Load.NoLimit);
        producer = await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
        load = new Load(origin, receiver, Random.Shared.Next()).Start();
        await load.GrowsAsync(1);
        await load.FlowsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await load.DisposeAsync();
        await origin.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_killed_node_loses_no_ban_whether_it_leads_the_queue_or_a_daemon_is_connected_to_it()
    {
        Func<Task<string>>[] choices = [LeaderAsync, () => NodeOfAsync(receiver), () => NodeOfAsync(origin)];
        int times = Soak.Times(1, 12);
        for (int i = 0; i < times; i++)
        {
            await SurviveAsync(await choices[i % choices.Length](), broker.KillAsync);
        }

        await EndWellAsync("A node of three killed, and started again: the queue's leader, the consumer's, the producer's", times);
    }

    [Fact]
    public async Task A_node_that_is_stopped_for_an_upgrade_loses_no_ban()
    {
        string[] nodes = Soak.Times(1, 2) == 1 ? [await NodeOfAsync(receiver)] : [.. broker.Nodes, .. broker.Nodes, .. broker.Nodes];
        foreach (string node in nodes)
        {
            await SurviveAsync(node, broker.StopAsync);
        }

        await EndWellAsync("Each node of three stopped in turn, and started again", nodes.Length);
    }

    /// <summary>While the node is stopped, bans arrive, and refused messages reach the error queue.</summary>
    private async Task SurviveAsync(string node, Func<string, Task> end)
    {
        await end(node);
        await load.GrowsAsync(100);
        await load.FlowsAsync();
        await using (Sender sender = await Sender.ConnectAsync(broker, origin))
        {
            await sender.PublishAsync($"refused: {refused}");
        }

        refused++;
        await Eventually.TrueAsync(
            async () => (await broker.PeekAsync("f2b.bans.b_error")).Count == refused,
            () => $"Not all of {refused} are in the error queue:\n{receiver.LastWords}");
        await broker.StartAsync(node);
        await load.GrowsAsync(20);
        await load.FlowsAsync();
    }

    private async Task EndWellAsync(string done, int times)
    {
        await load.EndsWellAsync(done, times);
        Assert.Equal(refused, (await broker.PeekAsync("f2b.bans.b_error")).Count);
        Assert.True(producer.IsRunning && consumer.IsRunning, $"{producer.Said}\n{consumer.Said}");
        Assert.Equal(0, consumer.Count("may be missing"));
        Assert.Equal(0, consumer.Count("Another consumer"));
        Assert.Equal(0, await producer.StopAsync());
        Assert.Contains($"{new FileInfo(origin.Fail2BanLog).Length}", await File.ReadAllTextAsync(origin.Checkpoint));
    }

    private Task<string> LeaderAsync() => broker.LeaderOfAsync("f2b.bans.b");

    private async Task<string> NodeOfAsync(Server server)
    {
        IReadOnlyList<string> nodes = [];
        await Eventually.TrueAsync(
            async () => (nodes = await broker.NodesOfAsync(server.Name)).Count > 0,
            () => $"{server.Name} is not connected.");
        return nodes[0];
    }
}
