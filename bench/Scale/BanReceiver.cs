using System.Collections;
using System.Diagnostics;
using RabbitMQ.Client;

namespace F2bBroker.Bench.Scale;

/// <summary>Receives bans, notes the lag of each, and acknowledges as the built consumer does.</summary>
/// <param name="acknowledgeAfter">How many messages are acknowledged together. When none arrives, the rest is acknowledged after a second.
/// </param>
internal sealed class BanReceiver(IChannel channel, BanFeed feed, LagHistogram lags, int banCount, int acknowledgeAfter)
    : AsyncDefaultBasicConsumer(channel), IDisposable
{
    private static readonly TimeSpan AcknowledgementDelay = TimeSpan.FromSeconds(1);

    private readonly BitArray received = new(banCount);
    private readonly SemaphoreSlim acknowledging = new(1);
    private int unacknowledged;
    private ulong lastTag;
    private long lastArrival;

    public int Received { get; private set; }

    public int Duplicates { get; private set; }

    public override async Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        if (Bans.IndexIn(body.Span) is int ban && ban < received.Count)
        {
            Note(ban);
        }

        await acknowledging.WaitAsync(cancellationToken);
        try
        {
            lastTag = deliveryTag;
            lastArrival = Stopwatch.GetTimestamp();
            if (++unacknowledged >= acknowledgeAfter)
            {
                await AcknowledgeAsync();
            }
        }
        finally
        {
            acknowledging.Release();
        }
    }

    /// <summary>Acknowledges what is left if nothing has arrived for a second.</summary>
    public async Task AcknowledgeRestAsync()
    {
        await acknowledging.WaitAsync();
        try
        {
            if (unacknowledged > 0 && Channel.IsOpen && Stopwatch.GetElapsedTime(lastArrival) >= AcknowledgementDelay)
            {
                await AcknowledgeAsync();
            }
        }
        finally
        {
            acknowledging.Release();
        }
    }

    /// <summary>Notes for each ban that has not arrived how long it has been missing.</summary>
    public void NoteMissing()
    {
        for (int ban = 0; ban < received.Count; ban++)
        {
            if (!received[ban])
            {
                lags.Add(feed.LagOf(ban));
            }
        }
    }

    public void Dispose() => acknowledging.Dispose();

    private async Task AcknowledgeAsync()
    {
        unacknowledged = 0;
        await Channel.BasicAckAsync(lastTag, multiple: true);
    }

    private void Note(int ban)
    {
        if (received[ban])
        {
            Duplicates++;
            return;
        }

        lags.Add(feed.LagOf(ban));
        received[ban] = true;
        Received++;
    }
}
