namespace F2bBroker.EndToEndTests.Producing;

/// <summary>The daemons' messages to systemd.</summary>
public sealed class SystemdTests(TestBroker broker) : IAsyncLifetime
{
    // Nothing listens there.
    private const string Unreachable = "F2BBROKER_BROKER__URI=amqp://127.0.0.1:1/f2b";

    private readonly NotifySocket systemd = new();
    private Server server = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        server = await Server.EnrollAsync(broker, "web1");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        systemd.Dispose();
    }

    [Theory]
    [InlineData(Built.Producer, "Following ")]
    [InlineData(Built.Consumer, "Receiving from ")]
    public async Task A_daemon_is_ready_once_it_follows_and_sends_watchdog_pings_from_then_on(string program, string follows)
    {
        Daemon daemon = server.Start(program, systemd.Environment);
        await systemd.ReceivesPingsAsync(3, () => daemon.Said);
        await daemon.SaysOnceAsync(follows);
        Assert.Equal(["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"], systemd.Messages.Take(4));
        Assert.Equal(0, await daemon.StopAsync());
    }

    [Theory]
    [InlineData(Built.Producer)]
    [InlineData(Built.Consumer)]
    public async Task A_daemon_that_waits_for_the_broker_is_ready_and_sends_watchdog_pings(string program)
    {
        Daemon daemon = server.Start(program, [.. systemd.Environment, Unreachable]);
        await systemd.ReceivesPingsAsync(3, () => daemon.Said);
        await daemon.SaysOnceAsync("Retrying. No ban is lost.");
        Assert.Equal("READY=1", systemd.Messages[0]);
        Assert.Equal(0, await daemon.StopAsync());
    }

    [Theory]
    [InlineData(Built.Producer)]
    [InlineData(Built.Consumer)]
    public async Task A_daemon_whose_login_is_refused_is_never_ready(string program)
    {
        Daemon daemon = server.Start(program, [.. systemd.Environment, "F2BBROKER_BROKER__PASSWORD=wrong"]);
        Assert.Equal(78, await daemon.EndAsync());
        Assert.Empty(systemd.Messages);
    }
}
