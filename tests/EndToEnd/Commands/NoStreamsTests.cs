using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>A broker without streams, like one that was upgraded from an old version without enabling their feature flag.</summary>
[Trait("Form", "slow")]
public sealed class NoStreamsTests : RunningBroker, IAsyncLifetime
{
    private readonly LocalBroker local = new();

    public async ValueTask InitializeAsync()
    {
        await local.ConfigureAsync(
            "{rabbit, [{forced_feature_flags_on_init, [implicit_default_bindings, maintenance_mode_status, quorum_queue, "
                + "user_limits, virtual_host_metadata]}]}");
        await local.StartAsync();
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await local.DisposeAsync();
    }

    [Fact]
    public async Task Init_reports_the_missing_stream_and_bans_are_shared()
    {
        Built.Outcome init = await AdminAsync("init");
        Assert.Equal(0, init.ExitCode);
        Assert.SkipWhen(await GetAsync("queues/f2b/f2b.history") is not null, "Streams cannot be disabled in this RabbitMQ.");
        Assert.Contains(
            "No stream f2b.history and no stream f2b.health and no stream f2b.pardons: a new server will not know the bans from before it "
                + "was enrolled, and history and watch have nothing to show; status does not know the health of the daemons; no address "
                + "can be pardoned. All else works.",
            init.Errors);
        await using Server web1 = await Server.EnrollAsync(this, "web1");
        await using Server web2 = await Server.EnrollAsync(this, "web2");
        Daemon consumer = await web2.StartConsumerAsync();
        await web1.StartProducerAsync();
        await web1.LogBansAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        await consumer.SaysAsync("The broker has no stream f2b.history");
        Assert.Equal(78, (await AdminAsync("history")).ExitCode);
        // No queue is bound to the exchange of the health messages: the broker confirms the message and drops it.
        await using Sender sender = await Sender.ConnectAsync(this, web1);
        await using IChannel channel = await sender.ChannelAsync();
        await channel.BasicPublishAsync(
            "f2b.health.in",
            "",
            mandatory: false,
            new BasicProperties { UserId = "web1" },
            "{}"u8.ToArray(),
            TestContext.Current.CancellationToken);
        Assert.True(channel.IsOpen);
    }
}
