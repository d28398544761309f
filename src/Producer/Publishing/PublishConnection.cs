using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// The bus's connection, on which bans are published. When a node of a cluster is lost, a channel may refuse or never confirm any message
/// until it is closed. The connection is then replaced, because MassTransit would continue to publish on the same channel.
/// </summary>
/// <remarks>
/// A stream can start later than its broker. RabbitMQ up to 4.1 does not route to it until then, and confirms a ban that only the other
/// queues have received. So nothing is published on a connection before the stream is up.
/// </remarks>
internal sealed class PublishConnection(IBusInstance bus, TimeProvider time, ILogger<PublishConnection> log) : IPipe<ConnectionContext>
{
    private static readonly TimeSpan StreamPollInterval = TimeSpan.FromSeconds(1);

    // If the cause is not the channel, a new connection does not help, and a thousand servers would reconnect at this rate.
    private static readonly TimeSpan MinReplaceInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxReplaceInterval = TimeSpan.FromSeconds(60);

    // RabbitMQ.Client 7 did not end this call while a queue refused a thousand bans. The ban that waited for it was never retried.
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private IConnection? connection;
    private Task streamIsUp = Task.CompletedTask;
    private bool isBlocked;

    /// <summary>The time of the last confirm, or of the end of a block.</summary>
    private long progressAt = long.MinValue;

    private long? replacedAt;
    private TimeSpan replaceInterval;

    /// <summary>True while bans wait for the stream.</summary>
    public bool IsWaitingForStream => !Volatile.Read(ref streamIsUp).IsCompleted;

    /// <summary>Creates a connection if there is none, which waits for the broker.</summary>
    public async Task EstablishAsync(CancellationToken cancel)
    {
        try
        {
            await ConnectAsync(cancel);
        }
        catch (Exception)
        {
            // BrokerLoginCheck logs failures before each connection. During shutdown the bus may be stopped first.
        }
    }

    /// <summary>
    /// Publishes on the connection when the stream is up. In between, the connection may be lost, and MassTransit creates another one. It
    /// does so only when the first is closed, so what was published while the first was open was published on the first.
    /// </summary>
    /// <exception cref="Exception">The ban is not confirmed, or was perhaps confirmed while the stream was not up.</exception>
    public async Task PublishAsync(Func<Task> publish, CancellationToken cancel)
    {
        await ConnectAsync(cancel);
        IConnection used;
        Task isUp;
        lock (gate)
        {
            (used, isUp) = (connection!, streamIsUp);
        }

        await isUp.WaitAsync(cancel);
        await publish();
        if (used.CloseReason is { } reason)
        {
            throw new AlreadyClosedException(reason);
        }
    }

    /// <summary>Records that the broker has confirmed a ban, so the channel works.</summary>
    public void RecordConfirm()
    {
        lock (gate)
        {
            (progressAt, replacedAt) = (time.GetTimestamp(), null);
        }
    }

    /// <summary>
    /// Closes the connection if no ban has been confirmed since that timestamp, so that the next publish creates another one. If the broker
    /// has blocked publishers since then (its alarm of memory or disk), the connection stays: the broker would keep it beside the new one.
    /// </summary>
    public async Task ReplaceAsync(long since)
    {
        IConnection? failed;
        lock (gate)
        {
            if (isBlocked || progressAt >= since || (replacedAt is { } last && time.GetElapsedTime(last) < replaceInterval))
            {
                return;
            }

            TimeSpan next = replacedAt is null ? MinReplaceInterval : replaceInterval * 2;
            replaceInterval = next < MaxReplaceInterval ? next : MaxReplaceInterval;
            replacedAt = time.GetTimestamp();
            failed = connection;
        }

        Task abort = failed?.AbortAsync() ?? Task.CompletedTask;
        await abort.WaitAsync(AbortTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    Task IPipe<ConnectionContext>.Send(ConnectionContext context)
    {
        lock (gate)
        {
            if (connection != context.Connection)
            {
                connection = context.Connection;
                streamIsUp = WaitForStreamAsync(connection);
                isBlocked = false;
                connection.ConnectionBlockedAsync += (sender, _) => SetBlockedAsync(sender, true);
                connection.ConnectionUnblockedAsync += (sender, _) => SetBlockedAsync(sender, false);
            }
        }

        return Task.CompletedTask;
    }

    void IProbeSite.Probe(ProbeContext context) => context.CreateFilterScope("publishConnection");

    private async Task ConnectAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref connection)?.IsOpen != true)
        {
            await ((IRabbitMqHostConfiguration)bus.HostConfiguration).ConnectionContextSupervisor.Send(this, cancel);
        }
    }

    private async Task WaitForStreamAsync(IConnection on)
    {
        string? logged = null;
        while (on.IsOpen && await FindObstacleAsync(on) is { } obstacle)
        {
            if (on.IsOpen && obstacle != logged)
            {
                log.LogInformation("Bans wait for the stream {Stream:l}: {Obstacle:l}.", Topology.HistoryStream, obstacle);
                logged = obstacle;
            }

            await Task.Delay(StreamPollInterval, time);
        }
    }

    /// <summary>Returns null if the stream is up, and if it does not exist: a group without it keeps no history.</summary>
    private static async Task<string?> FindObstacleAsync(IConnection on)
    {
        try
        {
            await using IChannel channel = await on.CreateChannelAsync();
            await channel.QueueDeclarePassiveAsync(Topology.HistoryStream);
            return null;
        }
        catch (OperationInterruptedException refusal)
            when (NotFoundAnswer.IsMissing(refusal) || refusal.ShutdownReason?.ReplyCode == Constants.AccessRefused)
        {
            // RabbitMQ 4.2 and later refuses the question. It routes to a stream that is not up.
            return null;
        }
        catch (Exception failure) when (BrokerConnection.IsConnectionFailure(failure))
        {
            return BrokerReply.Describe(failure);
        }
    }

    private Task SetBlockedAsync(object sender, bool value)
    {
        lock (gate)
        {
            if (sender == connection)
            {
                (isBlocked, progressAt) = (value, time.GetTimestamp());
            }
        }

        return Task.CompletedTask;
    }
}
