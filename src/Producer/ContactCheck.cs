using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;

namespace F2bBroker.Producer;

/// <summary>Logs in to the broker once a minute while nothing is heard of it: MassTransit makes a lost connection anew for the next ban only, which may be hours away.</summary>
internal sealed class ContactCheck(Settings settings, BrokerContact contact, Ending ending, TimeProvider time) : Worker(ending)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (contact.Silence > Pause && await BrokerConnection.TryAsync(settings.Broker, settings.Server, stopping) is null)
            {
                contact.Hear();
            }
        }
    }
}
