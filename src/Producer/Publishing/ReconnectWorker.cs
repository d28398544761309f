using F2bBroker.Daemon;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// Re-establishes a lost connection at once. MassTransit waits for the next ban, which may be hours away. Until then operators would see no
/// producer, and nobody would notice a login that the broker now refuses.
/// </summary>
internal sealed class ReconnectWorker(PublishConnection connection, DaemonExit exit, TimeProvider time) : Worker(exit)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await connection.EstablishAsync(stopping);
            await Task.Delay(CheckInterval, time, stopping);
        }
    }
}
