using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>
/// Reads the broker's stream of the last day's messages from a given time. The reader must validate each message like a live one.
/// </summary>
internal sealed class HistoryStream(IConnection connection, TimeProvider time)
{
    /// <summary>The time to wait for the first message. The broker does not report that a stream is empty or holds nothing newer.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The time to wait for a further message. The broker sends a batch without a pause.</summary>
    private static readonly TimeSpan LastMessageTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Returns the messages from that time up to the present end of the stream. A batch is acknowledged when the next one is requested.
    /// </summary>
    /// <param name="from">The start by the broker's clock. The first messages may be older.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async IAsyncEnumerable<IReadOnlyList<HistoryMessage>> ReadAsync(
        DateTimeOffset from,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        long last = await FindLastOffsetAsync(cancel);
        await using HistoryStreamConsumer subscription = await SubscribeAsync(from, cancel);
        TimeSpan timeout = IdleTimeout;
        for (long read = -1; read < last; timeout = Timeout.InfiniteTimeSpan)
        {
            IReadOnlyList<HistoryMessage> batch = await subscription.ReceiveBatchAsync(timeout, cancel);
            if (batch.Count == 0)
            {
                yield break;
            }

            read = batch[^1].Offset;
            yield return batch;
            await subscription.AcknowledgeAsync(batch, cancel);
        }
    }

    /// <summary>Returns the messages from that time, without an end.</summary>
    /// <param name="from">The start by the broker's clock. The first messages may be older.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async IAsyncEnumerable<IReadOnlyList<HistoryMessage>> FollowAsync(
        DateTimeOffset from,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        await using HistoryStreamConsumer subscription = await SubscribeAsync(from, cancel);
        while (true)
        {
            IReadOnlyList<HistoryMessage> batch = await subscription.ReceiveBatchAsync(Timeout.InfiniteTimeSpan, cancel);
            yield return batch;
            await subscription.AcknowledgeAsync(batch, cancel);
        }
    }

    private Task<HistoryStreamConsumer> SubscribeAsync(DateTimeOffset from, CancellationToken cancel) =>
        HistoryStreamConsumer.SubscribeAsync(connection, Topology.HistoryStream, new AmqpTimestamp(from.ToUnixTimeSeconds()), cancel);

    /// <summary>Returns the offset of the last message; -1 if the stream is empty.</summary>
    private async Task<long> FindLastOffsetAsync(CancellationToken cancel)
    {
        await using HistoryStreamConsumer subscription = await HistoryStreamConsumer.SubscribeAsync(
            connection,
            Topology.HistoryStream,
            "last",
            cancel);
        long last = -1;
        long began = time.GetTimestamp();
        // With a steady flow of new messages there is no pause.
        for (
            TimeSpan timeout = IdleTimeout;
            time.GetElapsedTime(began) < IdleTimeout && await subscription.ReceiveBatchAsync(timeout, cancel) is { Count: > 0 } batch;
            timeout = LastMessageTimeout)
        {
            last = batch[^1].Offset;
            await subscription.AcknowledgeAsync(batch, cancel);
        }

        return last;
    }
}
