using System.Collections;
using RabbitMQ.Client;

namespace F2bBroker.Bench.Scale;

/// <summary>Receives bans, notes the lag of each, and acknowledges them in batches.</summary>
internal sealed class BanReceiver(IChannel channel, BanFeed feed, LagHistogram lags, int banCount) : AsyncDefaultBasicConsumer(channel)
{
    private static readonly int AckEvery = int.Parse(
        Environment.GetEnvironmentVariable("F2B_ACK") ?? "1",
        System.Globalization.CultureInfo.InvariantCulture);

    private readonly BitArray received = new(banCount);
    private int unacknowledged;

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

        if (++unacknowledged >= AckEvery)
        {
            unacknowledged = 0;
            await Channel.BasicAckAsync(deliveryTag, multiple: true, cancellationToken);
        }
    }

    private void Note(int ban)
    {
        lags.Add(feed.LagOf(ban));
        if (received[ban])
        {
            Duplicates++;
        }
        else
        {
            received[ban] = true;
            Received++;
        }
    }
}
