using F2bBroker.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Daemon.Health;

/// <summary>
/// The channel on which health messages are published, without confirms. While the broker blocks its connection (its alarm of memory or
/// disk), nothing is published.
/// </summary>
internal sealed class HealthConnection : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly IConnection connection;
    private readonly bool isShared;
    private readonly IChannel channel;
    private readonly BasicProperties properties;
    private readonly CancellationTokenSource closed = new();
    private readonly TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isBlocked;

    private HealthConnection(IConnection connection, bool isShared, IChannel channel, string server)
    {
        (this.connection, this.isShared, this.channel) = (connection, isShared, channel);
        properties = new BasicProperties { UserId = server, ContentType = "application/json", DeliveryMode = DeliveryModes.Transient };
        connection.ConnectionBlockedAsync += BlockAsync;
        connection.ConnectionUnblockedAsync += UnblockAsync;
        connection.ConnectionShutdownAsync += LoseAsync;
        channel.ChannelShutdownAsync += RecordClosedAsync;
    }

    /// <summary>Cancelled when the channel is closed.</summary>
    public CancellationToken Closed => closed.Token;

    /// <summary>Completes when the connection is closed.</summary>
    public Task Lost => lost.Task;

    /// <summary>The broker's reply if it closed the channel because the exchange or the permission is missing; otherwise null.</summary>
    public ShutdownEventArgs? Refusal { get; private set; }

    /// <param name="server">The server's name, which is also its user.</param>
    /// <exception cref="Exception">The broker does not accept the connection, or a file of the login cannot be read.</exception>
    public static async Task<HealthConnection> OpenAsync(HealthConnectionSource source, string server, CancellationToken cancel)
    {
        IConnection connection = await source.Open(cancel);
        try
        {
            IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            return new HealthConnection(connection, source.IsShared, channel, server);
        }
        catch
        {
            await (source.IsShared ? ValueTask.CompletedTask : connection.DisposeAsync());
            throw;
        }
    }

    public ValueTask PublishAsync(byte[] body, CancellationToken cancel) =>
        isBlocked
            ? ValueTask.CompletedTask
            : channel.BasicPublishAsync(Topology.HealthExchange, "", mandatory: false, properties, body, cancel);

    /// <summary>
    /// Closes the connection, or the channel of a shared one, which the broker answers after it has read all messages. It does not answer
    /// while it blocks the connection, so this waits a second at most.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        connection.ConnectionBlockedAsync -= BlockAsync;
        connection.ConnectionUnblockedAsync -= UnblockAsync;
        await Task.WhenAny(CloseAsync(), isBlocked ? Task.CompletedTask : Task.Delay(CloseTimeout, TimeProvider.System));
    }

    private async Task CloseAsync()
    {
        if (isShared)
        {
            await channel.CloseAsync(Constants.ReplySuccess, "", abort: true);
            await channel.DisposeAsync();
            connection.ConnectionShutdownAsync -= LoseAsync;
        }
        else
        {
            await connection.CloseAsync(Constants.ReplySuccess, "", CloseTimeout, abort: true);
            await connection.DisposeAsync();
        }

        closed.Dispose();
    }

    private Task BlockAsync(object sender, ConnectionBlockedEventArgs reason)
    {
        isBlocked = true;
        return Task.CompletedTask;
    }

    private Task UnblockAsync(object sender, AsyncEventArgs reason)
    {
        isBlocked = false;
        return Task.CompletedTask;
    }

    private Task LoseAsync(object sender, ShutdownEventArgs reason)
    {
        lost.TrySetResult();
        return Task.CompletedTask;
    }

    private Task RecordClosedAsync(object sender, ShutdownEventArgs reason)
    {
        Refusal = reason is { ReplyCode: Constants.NotFound or Constants.AccessRefused } ? reason : null;
        return closed.CancelAsync();
    }
}
