namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Stream and queue that exist and are not up, as for a moment after the broker's start, or while a node is away.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "slow")]
public sealed class NotUpTests(PrivateBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Sender sender = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        sender = await group.EnrollSenderAsync("a");
    }

    public async ValueTask DisposeAsync() => await group.DisposeAsync();

    [Fact]
    public async Task A_stream_that_is_not_up_yet_is_not_missing_and_is_read_when_it_is_up()
    {
        await sender.PublishBanAsync("203.0.113.1");
        Server receiver = await group.EnrollAsync("b");
        await TakeDownAsync("f2b.history");
        Daemon consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync(await IsUnavailableAsync("f2b.history"));
        foreach (string command in new[] { "history", "status" })
        {
            Built.Outcome outcome = await broker.AdminAsync(command, "--amqp", broker.Uri);
            Assert.Equal(command == "history" ? 69 : 0, outcome.ExitCode);
            Assert.Contains("The broker cannot be read now: NOT_FOUND - ", outcome.Errors);
            Assert.Contains(await IsUnavailableAsync("f2b.history"), outcome.Errors);
            Assert.DoesNotContain("has no stream", outcome.Errors);
        }

        await BringUpAsync("f2b.history");
        await receiver.HasBansAsync(1);
        Assert.Equal(0, consumer.Count("has no stream"));
    }

    /// <summary>RabbitMQ up to 4.1 confirms a ban that only the other queues have received.</summary>
    [Fact]
    public async Task A_ban_is_not_published_before_the_stream_is_up()
    {
        Server origin = await group.EnrollAsync("b");
        Server follower = await group.EnrollFromStreamAsync("c");
        Daemon producer = await origin.StartProducerAsync();
        await origin.LogBansAsync("203.0.113.1");
        await producer.SaysAsync("Published: Ban 203.0.113.1");
        await TakeDownAsync("f2b.history");
        await broker.CloseConnectionsAsync(daemons: 1);
        await origin.LogBansAsync("203.0.113.2");
        await producer.SaysAsync("Bans wait for the stream f2b.history: NOT_FOUND - ");
        await producer.SaysAsync(await IsUnavailableAsync("f2b.history"));
        Assert.Equal(0, producer.Count("Published: Ban 203.0.113.2"));
        await BringUpAsync("f2b.history");
        await follower.StartConsumerAsync();
        await follower.HasBansAsync(2);
    }

    [Fact]
    public async Task A_queue_that_is_not_up_yet_is_waited_for()
    {
        Server receiver = await group.EnrollAsync("b", "history = 0");
        await sender.PublishBanAsync("203.0.113.1");
        await TakeDownAsync("f2b.bans.b");
        Daemon consumer = receiver.Start(Built.Consumer);
        await consumer.SaysAsync("The broker cannot deliver from f2b.bans.b now: NOT_FOUND - ");
        await consumer.SaysAsync(await IsUnavailableAsync("f2b.bans.b"));
        await BringUpAsync("f2b.bans.b");
        await receiver.HasBansAsync(1);
        Assert.Equal(0, consumer.Count("did not exist"));
        Assert.Equal(0, consumer.Count("rights"));
    }

    /// <summary>The error queue may be on another node of a cluster than the queue.</summary>
    [Fact]
    public async Task Bans_are_received_while_the_error_queue_is_not_up_and_a_refused_message_waits_for_it()
    {
        Server receiver = await group.EnrollAsync("b");
        Daemon consumer = await receiver.StartConsumerAsync();
        await consumer.StopAsync();
        await TakeDownAsync("f2b.bans.b_error");
        consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync("Refused messages wait for the error queue: NOT_FOUND - ");
        await sender.PublishAsync("{");
        await sender.PublishBanAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        await BringUpAsync("f2b.bans.b_error");
        await Eventually.TrueAsync(
            async () => (int?)(await broker.GetAsync("queues/f2b/f2b.bans.b_error"))?["messages"] == 1,
            () => consumer.Said);
        await sender.PublishBanAsync("203.0.113.2");
        await receiver.HasBansAsync(2);
    }

    /// <summary>
    /// The broker answers 404 until it has the queue in this table, in which streams arrive some time after its start. Khepri has a single
    /// table, and a queue of a virtual host that is down is "stopped" in it.
    /// </summary>
    private async Task TakeDownAsync(string queue) => await (await broker.HasMnesiaAsync()
        ? broker.EvaluateAsync(queue, "mnesia:dirty_delete(rabbit_queue, R).")
        : broker.ChangeQueueAsync(queue, "amqqueue:set_state(Q, stopped)"));

    private async Task BringUpAsync(string queue) => await (await broker.HasMnesiaAsync()
        ? broker.EvaluateAsync(queue, "[Q] = mnesia:dirty_read(rabbit_durable_queue, R), mnesia:dirty_write(rabbit_queue, Q).")
        : broker.ChangeQueueAsync(queue, "amqqueue:set_state(Q, live)"));

    /// <summary>Returns the end of the broker's answer.</summary>
    private async Task<string> IsUnavailableAsync(string queue) => await broker.HasMnesiaAsync()
        ? $"of durable queue '{queue}' in vhost 'f2b' is down or inaccessible"
        : $"queue '{queue}' in vhost 'f2b' process is stopped by supervisor";
}
