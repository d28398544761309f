using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Cluster;

/// <summary>
/// A broker that is stopped, and started by a newer RabbitMQ on the same data, while bans flow to servers with a classic queue, with a
/// quorum queue, and with the stream. RabbitMQ 4.0 and 4.3 cannot run in one cluster, so all nodes are stopped.
/// </summary>
[Trait("Form", "upgrade")]
public sealed class BrokerUpgradeTests
{
    // LocalBroker and BrokerCluster run the RabbitMQ of F2B_RABBITMQ_ROOT.
    private readonly string? newer = Environment.GetEnvironmentVariable("F2B_NEWER_RABBITMQ_ROOT");

    public BrokerUpgradeTests() => Assert.SkipWhen(newer is null, "F2B_NEWER_RABBITMQ_ROOT selects no newer RabbitMQ.");

    private string Newer => $"F2B_RABBITMQ_ROOT={newer}";

    [Fact]
    public async Task No_ban_is_lost_while_a_single_broker_is_upgraded()
    {
        PrivateBroker broker = new();
        await using (broker)
        {
            await broker.InitializeAsync();
            await ShareAsync(broker, broker.StopAsync, () => broker.StartAsync(Newer));
        }
    }

    [Fact]
    public async Task No_ban_is_lost_while_the_three_nodes_of_a_cluster_are_upgraded()
    {
        BrokerCluster broker = new();
        await using (broker)
        {
            await broker.InitializeAsync();
            await ShareAsync(broker, () => StopAsync(broker), () => broker.StartAllAsync(Newer));
        }
    }

    /// <summary>The commands of docs/production.md before the nodes are stopped.</summary>
    private static async Task StopAsync(BrokerCluster broker)
    {
        await broker.ControlAsync("enable_feature_flag", "--opt-in", "khepri_db");
        await broker.ControlAsync("enable_feature_flag", "all");
        await broker.StopAllAsync();
    }

    private static async Task ShareAsync(RunningBroker broker, Func<Task> stop, Func<Task> start)
    {
        await using TestGroup group = await TestGroup.StartAsync(broker);
        Server origin = await group.EnrollAsync("a");
        Server[] receivers =
        [
            await group.EnrollAsync("classic", Load.NoLimit),
            group.Add(await Server.EnrollWithQuorumQueueAsync(broker, "quorum", Load.NoLimit)),
            await group.EnrollFromStreamAsync("stream", Load.NoLimit),
        ];
        Daemon producer = await origin.StartProducerAsync();
        Daemon[] consumers = await Task.WhenAll(receivers.Select(receiver => receiver.StartConsumerAsync()));
        Load load = group.Add(new Load(origin, receivers[0], Random.Shared.Next()).Start());
        await load.GrowsAsync(100);
        await load.FlowsAsync();
        Version before = await broker.VersionAsync();

        // Bans wait in the queues while the broker is upgraded.
        Assert.Equal(0, await consumers[0].StopAsync());
        Assert.Equal(0, await consumers[1].StopAsync());
        await load.GrowsAsync(100);
        await stop();
        await load.GrowsAsync(100);
        await start();
        await Eventually.TrueAsync(async () => await broker.GetAsync("overview") is not null, () => "The management API does not answer.");
        Version after = await broker.VersionAsync();
        Assert.True(after > before, $"{before} was not upgraded.");
        consumers[0] = await receivers[0].StartConsumerAsync();
        consumers[1] = await receivers[1].StartConsumerAsync();
        await load.GrowsAsync(100);
        await load.FlowsAsync();

        // As docs/production.md says, and bans flow on.
        Assert.Equal(0, (await broker.AdminAsync("init")).ExitCode);
        await load.GrowsAsync(20);
        await load.StopAndAssertAsync($"RabbitMQ {before} upgraded to {after}", 1);
        foreach (Server receiver in receivers)
        {
            await Eventually.TrueAsync(
                () => receiver.Bans.Count >= load.Count,
                () => $"{receiver.Name} has {receiver.Bans.Count} of {load.Count} bans: {receiver.LastLines}");
            Assert.Equal(load.Addresses.Order(), receiver.Addresses.Order());
        }

        Assert.True(producer.IsRunning && consumers.All(consumer => consumer.IsRunning), $"{producer.Said}\n{receivers[0].Said}");
        Assert.All(consumers, consumer => Assert.Equal(0, consumer.Count("may be missing")));
    }
}
