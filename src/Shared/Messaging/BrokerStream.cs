using System.Runtime.CompilerServices;
using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>Reads a stream of the broker from a given time. The reader must validate each message like a live one.</summary>
/// <param name="name">The stream.</param>
internal sealed class BrokerStream(IConnection connection, string name)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The time to wait for messages that are in the stream.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Returns the messages from that time up to the present end of the stream. A batch is acknowledged when the next one is requested.
    /// </summary>
    /// <param name="from">The start by the broker's clock. The first messages may be older.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async IAsyncEnumerable<IReadOnlyList<StreamMessage>> ReadAsync(
        DateTimeOffset from,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        long last = await FindLastOffsetAsync(cancel);
        await foreach (IReadOnlyList<StreamMessage> batch in ReadToAsync(last, from, cancel))
        {
            yield return batch;
        }
    }

    /// <summary>Returns the messages from that time up to that offset, and those that the broker sends together with them.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<IReadOnlyList<StreamMessage>> ReadToAsync(
        long last,
        DateTimeOffset from,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        if (await FindOffsetAsync(from, cancel) is not { } first || first > last)
        {
            yield break;
        }

        await foreach (IReadOnlyList<StreamMessage> batch in FollowFromAsync(first, last, cancel))
        {
            yield return batch;
            if (batch[^1].Offset >= last)
            {
                yield break;
            }
        }
    }

    /// <summary>Returns the messages from that time, without an end.</summary>
    /// <param name="from">The start by the broker's clock. The first messages may be older.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public IAsyncEnumerable<IReadOnlyList<StreamMessage>> FollowAsync(DateTimeOffset from, CancellationToken cancel) =>
        FollowFromAsync(At(from), last: -1, cancel);

    /// <summary>Returns the messages from that offset, without an end.</summary>
    /// <param name="last">The offset of the last message that the stream already has.</param>
    /// <exception cref="TimeoutException">The broker has sent nothing for <see cref="ResponseTimeout"/>, and not all up to the last
    /// offset.</exception>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public IAsyncEnumerable<IReadOnlyList<StreamMessage>> FollowAsync(long offset, long last, CancellationToken cancel) =>
        FollowFromAsync(offset, last, cancel);

    /// <summary>Subscribes to the messages from that offset. If the stream ends before it, the broker sends nothing.</summary>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public Task<StreamSubscription> SubscribeAsync(long offset, CancellationToken cancel) => SubscribeAsync((object)offset, cancel);

    /// <summary>Subscribes to the messages from that time.</summary>
    /// <param name="from">The start by the broker's clock. The first messages may be older.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public Task<StreamSubscription> SubscribeAsync(DateTimeOffset from, CancellationToken cancel) => SubscribeAsync(At(from), cancel);

    /// <summary>Returns the oldest message; null if the stream is empty.</summary>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<StreamMessage?> FindFirstAsync(CancellationToken cancel) =>
        (await ReceiveAvailableAsync("first", cancel, prefetch: 1)).FirstOrDefault();

    /// <summary>Returns the offset of the first message that was published at that time or later; null if there is none.</summary>
    /// <param name="from">The time by the broker's clock. The message may be older by seconds.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<long?> FindOffsetAsync(DateTimeOffset from, CancellationToken cancel) =>
        (await ReceiveAvailableAsync(At(from), cancel, prefetch: 1)).FirstOrDefault()?.Offset;

    /// <summary>Returns the offset of the last message; -1 if the stream is empty.</summary>
    /// <remarks>
    /// While the last messages are not yet on a majority of a cluster's nodes, the broker sends none of them. This takes milliseconds, or
    /// longer while nodes are down.
    /// </remarks>
    /// <exception cref="TimeoutException">The broker has sent none of the last messages for <see cref="ResponseTimeout"/>.</exception>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<long> FindLastOffsetAsync(CancellationToken cancel)
    {
        IReadOnlyList<StreamMessage> batch = await ReceiveAvailableAsync("last", cancel);
        if (batch.Count == 0 && await FindFirstAsync(cancel) is null)
        {
            return -1;
        }

        long start = TimeProvider.System.GetTimestamp();
        for (; batch.Count == 0; batch = await ReceiveAvailableAsync("last", cancel))
        {
            if (TimeProvider.System.GetElapsedTime(start) > ResponseTimeout)
            {
                throw new TimeoutException($"The broker does not send the last messages of {name}: are nodes of the cluster down?");
            }

            await Task.Delay(PollInterval, TimeProvider.System, cancel);
        }

        long last = batch[^1].Offset;
        while (batch.Count >= StreamSubscription.Prefetch)
        {
            batch = await ReceiveAvailableAsync(last, cancel);
            last = batch.Count > 0 ? batch[^1].Offset : last;
        }

        return last;
    }

    /// <summary>Returns the messages from there that the stream holds now, at most as many as the prefetch.</summary>
    private async Task<IReadOnlyList<StreamMessage>> ReceiveAvailableAsync(
        object start,
        CancellationToken cancel,
        ushort prefetch = StreamSubscription.Prefetch)
    {
        await using StreamSubscription subscription =
            await StreamSubscription.SubscribeAsync(connection, name, start, cancel, prefetch);
        return await subscription.ReceiveAvailableAsync(cancel);
    }

    private async IAsyncEnumerable<IReadOnlyList<StreamMessage>> FollowFromAsync(
        object start,
        long last,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        await using StreamSubscription subscription = await SubscribeAsync(start, cancel);
        long read = start is long offset ? offset - 1 : -1;
        while (true)
        {
            IReadOnlyList<StreamMessage> batch =
                await subscription.ReceiveBatchAsync(read < last ? ResponseTimeout : Timeout.InfiniteTimeSpan, cancel);
            if (batch.Count == 0)
            {
                throw new TimeoutException($"The broker sends no more messages of {name}, but its last offset is {last}.");
            }

            read = batch[^1].Offset;
            yield return batch;
            await subscription.AcknowledgeAsync(batch, cancel);
        }
    }

    private Task<StreamSubscription> SubscribeAsync(object start, CancellationToken cancel) =>
        StreamSubscription.SubscribeAsync(connection, name, start, cancel);

    private static AmqpTimestamp At(DateTimeOffset time) => new(time.ToUnixTimeSeconds());
}
