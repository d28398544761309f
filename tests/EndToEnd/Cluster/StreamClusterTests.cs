using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

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
    public async Task A_follower_that_receives_nothing_when_the_leader_is_killed_receives_later_bans_and_pardons()
    {
        await Broker.IsOnEachNodeAsync(Topology.HistoryStream);
        await Broker.IsOnEachNodeAsync(Topology.PardonsStream);
        int times = Soak.Times(1, 4);
        for (int i = 0; i < times; i++)
        {
            await load.SuspendAsync();
            await load.FlowsAsync();
            // A second after the last ban, the reader has acknowledged all.
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
            string leader = await LeaderAsync();
            await Broker.KillAsync(leader);
            await Eventually.TrueAsync(async () => await LeaderAsync() != leader, () => $"{leader} still leads the stream.");
            load.Resume();
            await load.GrowsAsync(1);
            await load.FlowsAsync();
            Built.Outcome pardon = await Broker.AdminAsync("pardon", $"203.0.113.{i}", "--amqp", Broker.Uri);
            Assert.True(pardon.ExitCode == 0, pardon.Errors);
            await Eventually.TrueAsync(
                () => receiver.Bans.Any(line => line.StartsWith($"Pardon 203.0.113.{i} ", StringComparison.Ordinal)),
                () => $"The pardon has not arrived:\n{consumer.SaidBut(" Written: ")}");
            await Broker.StartAsync(leader);
        }

        await load.StopAsync();
        await load.FlowsAsync();
    }

    private Task<string> LeaderAsync() => Broker.LeaderOfAsync(Topology.HistoryStream);
}
