using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Health;

/// <summary>The connection on which a daemon publishes its health.</summary>
/// <param name="Open">Returns an open connection. Fails if the broker does not accept one, or if the login cannot be read.</param>
/// <param name="IsShared">True if others use the connection too and close it.</param>
internal sealed record HealthConnectionSource(Func<CancellationToken, Task<IConnection>> Open, bool IsShared)
{
    /// <summary>Returns the source of connections for health messages only.</summary>
    public static HealthConnectionSource CreateOwn(Settings settings) => new(
        cancel => BrokerConnection.OpenAsync(settings.Broker, settings.Broker.Login.Read(), settings.Server, "health", cancel),
        IsShared: false);
}
