using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>A cluster of three nodes, of which one is killed and started again while a consumer follows the stream.</summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class StreamClusterTests(BrokerCluster broker)
    : LoadedGroup<BrokerCluster>(broker, QueueType.Stream), IClassFixture<BrokerCluster>
{
    [Fact]
    public async Task A_killed_node_loses_no_ban_whether_it_leads_the_stream_or_the_consumer_is_connected_to_it()
    {
        await Broker.IsOnEachNodeAsync(Topology.HistoryStream);
        int times = Soak.Times(2, 12);
        for (int i = 0; i < times; i++)
        {
            bool isLeader = i % 2 == 0;
            string node = await (isLeader ? LeaderAsync() : Broker.NodeOfAsync(receiver));
            await Broker.KillAsync(node);
            await load.GrowsAsync(100);
            await load.FlowsAsync();
            Assert.True(!isLeader || await LeaderAsync() != node, $"{node} still leads the stream.");
            await Broker.StartAsync(node);
            await load.GrowsAsync(20);
            await load.FlowsAsync();
        }

        await load.StopAndAssertAsync("A node of three killed, and started again: the stream's leader, the node of its reader", times);
        Assert.True(producer.IsRunning && consumer.IsRunning, $"{producer.Said}\n{consumer.Said}");
        Assert.Equal(0, consumer.Count("no longer holds all bans"));
    }

    [Fact]
    public async Task The_end_of_the_stream_is_found_while_its_last_message_is_only_on_the_leaders_node()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await Broker.IsOnEachNodeAsync(Topology.HistoryStream);
        await load.SuspendAsync();
        await load.FlowsAsync();
        string leader = await LeaderAsync();
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

    private Task<string> LeaderAsync() => Broker.LeaderOfAsync(Topology.HistoryStream);
}
