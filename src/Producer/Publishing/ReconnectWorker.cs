using F2bBroker.Daemon;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// Re-establishes a lost connection at once. MassTransit waits for the next ban, which may be hours away. Until then operators would see no
/// producer, and nobody would notice a login that the broker now refuses.
/// </summary>
internal sealed class ReconnectWorker(IBusInstance bus, DaemonExit exit, TimeProvider time) : Worker(exit)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);
    private static readonly IPipe<ConnectionContext> Nothing = Pipe.Empty<ConnectionContext>();

    protected override async Task RunAsync(CancellationToken stopping)
    {
        IConnectionContextSupervisor connections = ((IRabbitMqHostConfiguration)bus.HostConfiguration).ConnectionContextSupervisor;
        while (true)
        {
            try
            {
                // Uses the present connection, or creates one, which waits for the broker.
                await connections.Send(Nothing, stopping);
            }
            catch (Exception)
            {
                // BrokerLoginCheck logs failures before each connection. During shutdown the bus may be stopped first.
            }

            await Task.Delay(CheckInterval, time, stopping);
        }
    }
}
