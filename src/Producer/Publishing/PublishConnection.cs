using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// The bus's connection, on which bans are published. When a node of a cluster is lost, a channel may refuse or never confirm any message
/// until it is closed. The connection is then replaced, because MassTransit would continue to publish on the same channel.
/// </summary>
internal sealed class PublishConnection(IBusInstance bus, TimeProvider time, ILogger<PublishConnection> log) : IPipe<ConnectionContext>
{
    // If the cause is not the channel, a new connection does not help, and a thousand servers would reconnect at this rate.
    private static readonly TimeSpan MinReplaceInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxReplaceInterval = TimeSpan.FromSeconds(60);

    // RabbitMQ.Client 7 did not end this call while a queue refused a thousand bans. The ban that waited for it was never retried.
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private CheckedConnection? current;
    private bool isBlocked;

    /// <summary>The time of the last confirm, or of the end of a block.</summary>
    private long progressAt = long.MinValue;

    private long? replacedAt;
    private TimeSpan replaceInterval;

    /// <summary>True while bans wait for the stream.</summary>
    public bool IsWaitingForStream => Volatile.Read(ref current)?.IsWaitingForStream == true;

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

    /// <inheritdoc cref="CheckedConnection.PublishAsync"/>
    public async Task PublishAsync(Func<CancellationToken, Task> publish, CancellationToken cancel) =>
        await (await ConnectAsync(cancel)).PublishAsync(publish, cancel);

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
            failed = current?.Connection;
        }

        Task abort = failed?.AbortAsync() ?? Task.CompletedTask;
        await abort.WaitAsync(AbortTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    Task IPipe<ConnectionContext>.Send(ConnectionContext context)
    {
        lock (gate)
        {
            if (current?.Connection != context.Connection)
            {
                current = new CheckedConnection(context.Connection, time, log);
                isBlocked = false;
                context.Connection.ConnectionBlockedAsync += (sender, _) => SetBlockedAsync(sender, true);
                context.Connection.ConnectionUnblockedAsync += (sender, _) => SetBlockedAsync(sender, false);
            }
        }

        return Task.CompletedTask;
    }

    void IProbeSite.Probe(ProbeContext context) => context.CreateFilterScope("publishConnection");

    private async Task<CheckedConnection> ConnectAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref current) is not { Connection.IsOpen: true })
        {
            await ((IRabbitMqHostConfiguration)bus.HostConfiguration).ConnectionContextSupervisor.Send(this, cancel);
        }

        return Volatile.Read(ref current)!;
    }

    private Task SetBlockedAsync(object sender, bool value)
    {
        lock (gate)
        {
            if (sender == current?.Connection)
            {
                (isBlocked, progressAt) = (value, time.GetTimestamp());
            }
        }

        return Task.CompletedTask;
    }
}
