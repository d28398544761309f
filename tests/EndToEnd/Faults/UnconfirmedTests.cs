namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A channel that stays open but takes no ban, while a new one would.</summary>
[Collection(OnPrivateBroker.Name)]
public sealed class UnconfirmedTests(PrivateBroker broker) : IAsyncLifetime
{
    private const string SuspendChannel = "[sys:suspend(proplists:get_value(pid, C)) || C <- rabbit_channel:info_all([pid, user]), "
        + """proplists:get_value(user, C) =:= <<"a">>].""";

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
        await SetLeaderAsync("'lost@localhost'");
        await origin.LogBansAsync("203.0.113.1", "203.0.113.2");
        await Eventually.TrueAsync(async () => (await broker.PeekAsync("f2b.bans.a")).Count >= 2, () => producer.Said);
        await SetLeaderAsync("node()");
        await receiver.HasBansAsync(2);
        await PublishedAsync(2);
        if (await broker.VersionAsync() < new Version(4, 0))
        {
            AssertTold("a queue refuses them.");
        }
        else
        {
            Assert.Equal(0, producer.Count("a queue refuses them."));
        }
    }

    private Task SetLeaderAsync(string node) =>
        broker.ChangeQueueAsync("f2b.bans.b", $"amqqueue:set_pid(Q, {{element(1, amqqueue:get_pid(Q)), {node}}})");

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
