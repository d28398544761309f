using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// What <c>f2bbroker status</c> prints for daemons that are gone without a last message, on a broker whose metrics collector is off. The
/// clocks of the broker and the daemons are behind until the broker is restarted, instead of a wait.
/// </summary>
[Trait("Form", "slow")]
public sealed class StatusSilenceTests : RunningBroker, IAsyncLifetime
{
    private static readonly string[] Earlier = FakeClock.Off("-200s");

    private readonly LocalBroker local = new();

    public async ValueTask InitializeAsync()
    {
        // The daemons wish a heartbeat of 20 s. The shorter one counts.
        await local.ConfigureAsync(["management_agent.disable_metrics_collector = true", "heartbeat = 3"]);
        await StartAsync(Earlier);
        Built.Outcome init = await AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
    }

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await local.DisposeAsync();
    }

    [Fact]
    public async Task A_killed_daemon_and_one_behind_a_silent_network_are_not_connected_and_later_silent()
    {
        await using Server killed = await Server.EnrollAsync(this, "web1", Role.Receiver);
        await using Server silent = await Server.EnrollAsync(this, "web2", Role.Reporter);
        await using Cable cable = new(Host, Port);
        Daemon consumer = await killed.StartConsumerAsync(Earlier);
        await silent.StartProducerAsync([.. Earlier, $"F2BBROKER_BROKER__URI={cable.Uri}"]);
        await FaultRow.ShowsAsync(this, "the broker's metrics collector is off", "web1");

        await consumer.KillAsync();
        await FaultRow.ShowsAsync(this, "its consumer was killed", "web1");
        cable.Silence();
        await FaultRow.ShowsAsync(this, "the network to it is silent", "web2");

        await local.StopAsync();
        await StartAsync([]);
        await FaultRow.ShowsAsync(this, "its consumer was killed 150 seconds ago", "web1");
        await FaultRow.ShowsAsync(this, "the network to it has been silent for 150 seconds", "web2");
    }

    private async Task StartAsync(string[] environment)
    {
        await local.StartAsync(environment);
        SetAddress("127.0.0.1", local.Port, local.Api);
    }
}
