using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Consumer.Streaming;

/// <summary>
/// The connection that all readers of streams share, each with its own channel: a connection costs the broker more than a channel. Without
/// a queue, the health messages share it too. It is opened when it is needed, and again after it was lost.
/// </summary>
internal sealed class StreamConnection(Settings settings, BrokerLoginCheck login, LastBrokerContact contact, TimeProvider time)
    : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private IConnection? current;

    /// <summary>Returns the open connection. Waits until the broker accepts the login.</summary>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<IConnection> OpenAsync(CancellationToken stopping)
    {
        await gate.WaitAsync(stopping);
        try
        {
            if (current is not { IsOpen: true })
            {
                await (current?.DisposeAsync() ?? ValueTask.CompletedTask);
                current = null;
                current = await ConnectAsync(await login.WaitUntilAcceptedAsync(stopping), stopping);
            }

            return current;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        current?.Dispose();
        gate.Dispose();
    }

    private Task<IConnection> ConnectAsync(BrokerLogin accepted, CancellationToken stopping)
    {
        ConnectionFactory factory = BrokerConnection.CreateFactory(
            settings.Broker,
            accepted,
            settings.Server,
            new BrokerCertificateValidator(accepted.Tls?.TrustedCas));
        string name = BrokerConnection.ConnectionNameFor(settings.Server);
        if (settings.Consumer.QueueType != QueueType.Stream)
        {
            return factory.CreateConnectionAsync($"{name} streams", stopping);
        }

        // Of a server without a queue, it is the daemon's connection for bans.
        contact.Observe(factory);
        BrokerConnection.AddClockProperty(factory, time);
        return factory.CreateConnectionAsync(name, stopping);
    }
}
