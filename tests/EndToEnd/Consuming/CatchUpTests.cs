namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>Daemons and brokers that are unavailable for a while.</summary>
public sealed class CatchUpTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_server_that_was_offline_receives_all_thousand_bans_when_it_reconnects()
    {
        Assert.Equal(0, await (await receiver.StartConsumerAsync()).StopAsync());
        Daemon producer = await origin.StartProducerAsync();
        await origin.LogBansAsync(Addresses(1000));
        await Eventually.TrueAsync(() => producer.Count("Published: ") == 1000, () => producer.Said);
        await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(1000);
        Assert.Equal(Addresses(1000).Order(), receiver.Addresses.Order());
    }

    [Fact]
    public async Task The_producer_waits_for_an_unavailable_broker_and_then_publishes_every_ban_of_the_log()
    {
        await using Cable cable = new(broker.Host, broker.Port);
        string uri = $"F2BBROKER_BROKER__URI={cable.Uri}";
        await receiver.StartConsumerAsync();
        cable.Cut();
        Daemon producer = origin.Start(Built.Producer, uri);
        await producer.SaysAsync("does not answer");
        await origin.LogBansAsync("203.0.113.1");
        cable.Mend();
        await receiver.HasBansAsync(1);
        cable.Cut();
        await origin.LogBansAsync(Addresses(50));
        await Eventually.TrueAsync(() => producer.Count("does not answer") == 2, () => producer.Said);
        cable.Mend();
        await receiver.HasBansAsync(51);
        Assert.Equal(2, producer.Count("does not answer"));
    }

    [Fact]
    public async Task A_killed_producer_continues_after_the_last_confirmed_ban()
    {
        await receiver.StartConsumerAsync();
        Daemon producer = await origin.StartProducerAsync();
        await origin.LogBansAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        await producer.KillAsync();
        await origin.LogBansAsync("203.0.113.2");
        Daemon again = await origin.StartProducerAsync();
        await receiver.HasBansAsync(2);
        Assert.Equal(0, await again.StopAsync());
    }

    [Fact]
    public async Task A_deleted_queue_is_recreated_and_bound()
    {
        Daemon consumer = await receiver.StartConsumerAsync();
        await origin.StartProducerAsync();
        await broker.DeleteAsync("queues/f2b/f2b.bans.b");
        await Eventually.TrueAsync(
            async () =>
                (await broker.GetAsync("queues/f2b/f2b.bans.b/bindings"))
                    ?.ToJsonString()
                    .Contains("\"source\":\"f2b.bans\"", StringComparison.Ordinal) == true,
            () => "The queue is not bound.");
        await origin.LogBansAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        await consumer.SaysOnceAsync("The queue f2b.bans.b did not exist and was recreated. Other servers' bans before ");
        await consumer.StopAsync();
        await broker.DeleteAsync("queues/f2b/f2b.bans.b");
        Daemon again = await receiver.StartConsumerAsync();
        string detected = receiver.Bans[0].Split("detected=")[1];
        await again.SaysOnceAsync($"The queue f2b.bans.b did not exist and was recreated. Other servers' bans between {detected} and ");
        await origin.LogBansAsync("203.0.113.2");
        await receiver.HasBansAsync(2);
    }

    [Fact]
    public async Task A_ban_that_arrives_twice_is_written_once_even_after_a_restart()
    {
        await using Sender sender = await Sender.ConnectAsync(broker, origin);
        string ban = sender.Body("203.0.113.1");
        await sender.PublishAsync(ban);
        await sender.PublishAsync(ban);
        Daemon consumer = await receiver.StartConsumerAsync();
        await sender.PublishBanAsync("203.0.113.2");
        await receiver.HasBansAsync(2);
        await consumer.KillAsync();
        await sender.PublishAsync(ban);
        await sender.PublishBanAsync("203.0.113.3");
        await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(3);
    }

    [Fact]
    public async Task A_refused_login_is_retried()
    {
        await using Cable cable = new(broker.Host, broker.Port);
        Daemon consumer = await receiver.StartConsumerAsync($"F2BBROKER_BROKER__URI={cable.Uri}");
        await broker.PutAsync("users/b", new() { ["password"] = "another", ["tags"] = "" });
        cable.Cut();
        cable.Mend();
        await consumer.SaysAsync("refuses the login of 'b'");
        await broker.PutAsync("users/b", new() { ["password"] = receiver.Password, ["tags"] = "" });
        await origin.StartProducerAsync();
        await origin.LogBansAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
    }

    [Fact]
    public async Task The_monitored_log_may_be_rotated_while_the_consumer_runs()
    {
        await using Sender sender = await Sender.ConnectAsync(broker, origin);
        await receiver.StartConsumerAsync();
        await sender.PublishBanAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        File.Move(receiver.BansLog, receiver.BansLog + ".1");
        await sender.PublishBanAsync("203.0.113.2");
        await receiver.HasBansAsync(2);
        Assert.Equal(["203.0.113.1", "203.0.113.2"], receiver.Addresses);
    }

    private static string[] Addresses(int count) => [.. Enumerable.Range(0, count).Select(i => $"198.51.{100 + i / 250}.{i % 250}")];
}
