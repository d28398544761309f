namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A channel that stays open but takes no ban, while a new one would.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "slow")]
public sealed class UnconfirmedTests(PrivateBroker broker) : IAsyncLifetime
{
    private const string SuspendChannel = "[sys:suspend(proplists:get_value(pid, C)) || C <- rabbit_channel:info_all([pid, user]), "
        + """proplists:get_value(user, C) =:= <<"a">>].""";

    private const string Queue = "f2b.bans.b";

    private Server origin = null!;
    private Server receiver = null!;
    private Daemon producer = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        origin = await Server.EnrollAsync(broker, "a");
        receiver = await Server.EnrollWithQuorumQueueAsync(broker, "b");
        producer = await origin.StartProducerAsync();
        await receiver.StartConsumerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await origin.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Bans_that_a_channel_never_confirms_are_published_on_another()
    {
        await origin.LogBansAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        await broker.ControlAsync("eval", SuspendChannel);
        await origin.LogBansAsync("203.0.113.2", "203.0.113.3");
        await receiver.HasBansAsync(3);
        await PublishedAsync(3);
        AssertTold("no answer within 30 s.");
    }

    /// <summary>
    /// In a cluster, a channel whose first ban finds the leader of a quorum queue lost keeps that leader, and refuses all bans also after
    /// another one was elected. RabbitMQ 4 finds the other one.
    /// </summary>
    [Fact]
    public async Task Bans_that_a_channel_refuses_because_a_quorum_queue_had_lost_its_leader_are_published_on_another()
    {
        // RabbitMQ 4 confirms the bans when the queue has a leader again.
        bool isRefused = await broker.VersionAsync() < new Version(4, 0);
        int bans = 0;
        while (await ConfirmsAsync($"203.0.113.{++bans}", isRefused))
        {
            // RabbitMQ had corrected the leader before the ban. The next producer has a new channel.
            await producer.StopAsync();
            producer = await origin.StartProducerAsync();
        }

        await SetLeaderAsync("node()");
        await receiver.HasBansAsync(bans);
        await PublishedAsync(1);
        if (isRefused)
        {
            AssertTold("a queue refuses them.");
        }
        else
        {
            Assert.Equal(0, producer.Count("a queue refuses them."));
        }
    }

    /// <summary>
    /// RabbitMQ 3.10.8 can start a quorum queue without its process: see "A quorum queue that does not run" in docs/production.md.
    /// </summary>
    [Fact]
    public async Task Bans_arrive_after_the_operator_has_deleted_a_quorum_queue_whose_process_does_not_run()
    {
        await broker.ControlAsync("eval", $"ok = ra:stop_server(quorum_queues, {{'f2b_{Queue}', node()}}).");
        await broker.CloseConnectionsAsync();
        await origin.LogBansAsync("203.0.113.1", "203.0.113.2");
        await Eventually.TrueAsync(() => producer.Count("does not confirm bans") > 0, () => producer.Said);
        await broker.ControlAsync("delete_queue", "-p", "f2b", Queue);
        await receiver.HasBansAsync(2);
        await PublishedAsync(2);
    }

    /// <summary>
    /// Sets a lost leader and reports a ban, the first of a channel. Returns true if the broker confirms it, and false if it refuses it, or
    /// has only given it to another queue.
    /// </summary>
    private async Task<bool> ConfirmsAsync(string address, bool isRefused)
    {
        int before = (await broker.PeekAsync("f2b.bans.a")).Count;
        await SetLeaderAsync("'lost@localhost'");
        await origin.LogBansAsync(address);
        await Eventually.TrueAsync(
            async () => producer.Count(" Published: ") > 0
                || (isRefused ? producer.Count("a queue refuses") > 0 : (await broker.PeekAsync("f2b.bans.a")).Count > before),
            () => producer.Said);
        return producer.Count(" Published: ") > 0 && producer.Count("a queue refuses") == 0;
    }

    private Task SetLeaderAsync(string node) =>
        broker.ChangeQueueAsync(Queue, $"amqqueue:set_pid(Q, {{element(1, amqqueue:get_pid(Q)), {node}}})");

    private Task PublishedAsync(int count) =>
        Eventually.TrueAsync(() => producer.Count(" Published: ") == count, () => producer.Said);

    private void AssertTold(string cause)
    {
        // On a busy machine the login check may time out in between, and is then logged instead.
        int times = producer.Count("The broker confirms bans again.");
        Assert.True(times > 0 || producer.Count("does not answer") > 0, producer.Said);
        Assert.Equal(times, producer.Count($"does not confirm bans: {cause}"));
    }
}
