using F2bBroker.Daemon;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// Re-establishes a lost connection at once. MassTransit makes it for the next ban only, which may be hours away: until then the operator
/// would see no producer,
/// and nobody a login that the broker refuses by now.
/// </summary>
internal sealed class ReconnectWorker(IBusInstance bus, DaemonExit ending, TimeProvider time) : Worker(ending)
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
                // Uses the connection that stands, or makes one, which waits for the broker.
                await connections.Send(Nothing, stopping);
            }
            catch (Exception)
            {
                // What is wrong with the broker is told by BrokerLogin, before each connection; at the end the bus may be gone first.
            }

            await Task.Delay(CheckInterval, time, stopping);
        }
    }
}
