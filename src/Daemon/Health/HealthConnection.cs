using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Daemon.Health;

/// <summary>
/// The connection on which health messages are published, without confirms. While the broker blocks it (its alarm of memory or disk),
/// nothing is published.
/// </summary>
internal sealed class HealthConnection : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly BasicProperties properties;
    private readonly CancellationTokenSource closed = new();
    private readonly TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isBlocked;

    private HealthConnection(IConnection connection, IChannel channel, string server)
    {
        (this.connection, this.channel) = (connection, channel);
        properties = new BasicProperties { UserId = server, ContentType = "application/json", DeliveryMode = DeliveryModes.Transient };
        connection.ConnectionBlockedAsync += (_, _) => SetBlockedAsync(true);
        connection.ConnectionUnblockedAsync += (_, _) => SetBlockedAsync(false);
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        channel.ChannelShutdownAsync += (_, reason) => CloseAsync(reason);
    }

    /// <summary>Cancelled when the channel is closed.</summary>
    public CancellationToken Closed => closed.Token;

    /// <summary>Completes when the connection is closed.</summary>
    public Task Lost => lost.Task;

    /// <summary>The broker's reply if it closed the channel because the exchange or the permission is missing; otherwise null.</summary>
    public ShutdownEventArgs? Refusal { get; private set; }

    /// <exception cref="Exception">The broker does not accept the connection, or a file of the login cannot be read.</exception>
    public static async Task<HealthConnection> OpenAsync(Settings settings, CancellationToken cancel)
    {
        IConnection connection = await BrokerConnection.OpenAsync(
            settings.Broker,
            settings.Broker.Login.Read(),
            settings.Server,
            "health",
            cancel);
        try
        {
            return new HealthConnection(connection, await connection.CreateChannelAsync(cancellationToken: cancel), settings.Server);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask PublishAsync(byte[] body, CancellationToken cancel) =>
        isBlocked
            ? ValueTask.CompletedTask
            : channel.BasicPublishAsync(Topology.HealthExchange, "", mandatory: false, properties, body, cancel);

    /// <summary>
    /// Closes the connection, which the broker answers after it has read all messages. It does not answer while it blocks the connection,
    /// so this waits a second at most.
    /// </summary>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAny(DisposeConnectionAsync(), isBlocked ? Task.CompletedTask : Task.Delay(CloseTimeout, TimeProvider.System));

    private async Task DisposeConnectionAsync()
    {
        await connection.CloseAsync(Constants.ReplySuccess, "", CloseTimeout, abort: true);
        await connection.DisposeAsync();
        closed.Dispose();
    }

    private Task SetBlockedAsync(bool value)
    {
        isBlocked = value;
        return Task.CompletedTask;
    }

    private Task CloseAsync(ShutdownEventArgs reason)
    {
        Refusal = reason is { ReplyCode: Constants.NotFound or Constants.AccessRefused } ? reason : null;
        return closed.CancelAsync();
    }
}
