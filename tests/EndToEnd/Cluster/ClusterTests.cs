using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>A cluster of three nodes, of which one is stopped and started again while bans flow through quorum queues.</summary>
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class ClusterTests(BrokerCluster broker)
    : LoadedGroup<BrokerCluster>(broker, QueueType.Quorum), IClassFixture<BrokerCluster>
{
    private int refused;

    [Fact]
    public async Task A_killed_node_loses_no_ban_whether_it_leads_the_queue_or_a_daemon_is_connected_to_it()
    {
        Func<Task<string>>[] choices = [LeaderAsync, () => Broker.NodeOfAsync(receiver), () => Broker.NodeOfAsync(origin)];
        int times = Soak.Times(1, 12);
        for (int i = 0; i < times; i++)
        {
            await SurviveAsync(await choices[i % choices.Length](), Broker.KillAsync);
        }

        await StopAndAssertAsync("A node of three killed, and started again: the queue's leader, the consumer's, the producer's", times);
    }

    [Fact]
    public async Task A_node_that_is_stopped_for_an_upgrade_loses_no_ban()
    {
        string[] nodes = Soak.Times(1, 2) == 1 ? [await Broker.NodeOfAsync(receiver)] : [.. Broker.Nodes, .. Broker.Nodes, .. Broker.Nodes];
        foreach (string node in nodes)
        {
            await SurviveAsync(node, Broker.StopAsync);
        }

        await StopAndAssertAsync("Each node of three stopped in turn, and started again", nodes.Length);
    }

    [Fact]
    public async Task The_end_of_the_stream_is_found_while_its_last_message_is_only_on_the_leaders_node()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await Broker.IsOnEachNodeAsync(Topology.HistoryStream);
        await load.SuspendAsync();
        await origin.IsConfirmedAsync();
        string leader = await Broker.LeaderOfAsync(Topology.HistoryStream);
        Broker.UseApiOf(leader);
        await using Sender sender = await Sender.ConnectAsync(Broker, origin);
        await using IChannel channel = await sender.UnconfirmedChannelAsync();
        BrokerStream stream = new(sender.Connection, Topology.HistoryStream);
        long last = await stream.FindLastOffsetAsync(cancel);
        string[] others = [.. Broker.Nodes.Where(node => node != leader)];
        await ControlReplicasAsync("suspend", others);
        Task<long> found;
        try
        {
            long before = Broker.SizeOf(Topology.HistoryStream, leader);
            BasicProperties properties = new() { UserId = origin.Name };
            await channel.BasicPublishAsync(Topology.BansExchange, "", false, properties, "refused"u8.ToArray(), cancel);
            await Eventually.TrueAsync(
                () => Broker.SizeOf(Topology.HistoryStream, leader) > before,
                () => "The leader has not written the message.");
            found = stream.FindLastOffsetAsync(cancel);
            await Task.WhenAny(found, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel));
        }
        finally
        {
            await ControlReplicasAsync("resume", others);
        }

        Assert.Equal(last + 1, await found);
        load.Resume();
    }

    /// <param name="function">A function of Erlang's module <c>sys</c>.</param>
    private async Task ControlReplicasAsync(string function, IEnumerable<string> nodes)
    {
        foreach (string node in nodes)
        {
            await Broker.ControlAsync(
                node,
                "eval",
                $"[sys:{function}(Pid) || {{_, Pid, _, [osiris_replica]}} <- supervisor:which_children(osiris_server_sup)].");
        }
    }

    /// <summary>While the node is stopped, bans arrive, and refused messages reach the error queue.</summary>
    private async Task SurviveAsync(string node, Func<string, Task> end)
    {
        await end(node);
        await load.GrowsAsync(100);
        await load.FlowsAsync();
        await using (Sender sender = await Sender.ConnectAsync(Broker, origin))
        {
            await sender.PublishAsync($"refused: {refused}");
        }

        refused++;
        await Eventually.TrueAsync(
            async () => (await Broker.PeekAsync("f2b.bans.b_error")).Count == refused,
            () => $"Not all of {refused} are in the error queue:\n{receiver.LastLines}");
        await Broker.StartAsync(node);
        await load.GrowsAsync(20);
        await load.FlowsAsync();
    }

    private async Task StopAndAssertAsync(string done, int times)
    {
        await load.StopAndAssertAsync(done, times);
        Assert.Equal(refused, (await Broker.PeekAsync("f2b.bans.b_error")).Count);
        Assert.True(producer.IsRunning && consumer.IsRunning, $"{producer.Said}\n{consumer.Said}");
        Assert.Equal(0, consumer.Count("may be missing"));
        Assert.Equal(0, consumer.Count("Another consumer"));
        await origin.IsConfirmedAsync();
        Assert.Equal(0, await producer.StopAsync());
    }

    private Task<string> LeaderAsync() => Broker.LeaderOfAsync("f2b.bans.b");
}
