using System.Runtime.CompilerServices;
using F2bBroker.Consumer.Metrics;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Streaming;

/// <summary>
/// Follows the stream after a position. The message at the position must be the one that was processed. Otherwise the stream has been
/// deleted or no longer holds what was missed. Then the stream is read from <c>maxage</c> back, and the gap is logged.
/// </summary>
internal sealed class ResumableStream(
    ConsumerSettings settings,
    ConsumerMetrics metrics,
    HealthProblems problems,
    TimeProvider time,
    ILogger<ResumableStream> log)
{
    /// <summary>The time to wait for the message at the position.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    // An operator who looks once a day sees it.
    private static readonly TimeSpan GapProblemDuration = TimeSpan.FromDays(1);

    // The position stays until the next message arrives, so a new connection finds the same gap.
    private PositionLine? loggedGap;

    /// <summary>The earliest time that a first start reads from.</summary>
    public DateTimeOffset FirstTime => time.GetUtcNow() - settings.HistoryReach;

    /// <summary>
    /// Returns the messages after the position, without an end. The first list is returned when the subscription is accepted, and may be
    /// empty. Others are empty if nothing arrives for a minute. A list is acknowledged when the next one is requested.
    /// </summary>
    /// <param name="position">The last processed message; null for a first start.</param>
    /// <exception cref="Exception">See <see cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async IAsyncEnumerable<IReadOnlyList<StreamMessage>> FollowAsync(
        BrokerStream stream,
        PositionLine? position,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        DateTimeOffset from = FirstTime;
        if (position is not null)
        {
            await using StreamSubscription resumed = await stream.SubscribeAsync(position.Offset, stopping);
            IReadOnlyList<StreamMessage> batch = await resumed.ReceiveBatchAsync(ResponseTimeout, stopping);
            if (batch is [var first, ..] && first.Offset == position.Offset && StreamProgress.HashOf(first) == position.Id)
            {
                yield return [.. batch.Skip(1)];
                await resumed.AcknowledgeAsync(batch, stopping);
                await foreach (IReadOnlyList<StreamMessage> next in ReadAsync(resumed, stopping))
                {
                    yield return next;
                }
            }

            if (batch.Count == 0 && await stream.FindLastOffsetAsync(stopping) >= position.Offset)
            {
                throw new TimeoutException($"The broker sends nothing from offset {position.Offset} of {Topology.HistoryStream}.");
            }

            from = time.GetUtcNow() - settings.MaxAge - Ban.MaxClockAhead;
            if (position != loggedGap)
            {
                LogGap(position.ReachedAt, await FindOldestAsync(stream, stopping));
                loggedGap = position;
            }
        }

        await using StreamSubscription subscription = await stream.SubscribeAsync(from, stopping);
        yield return [];
        await foreach (IReadOnlyList<StreamMessage> next in ReadAsync(subscription, stopping))
        {
            yield return next;
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<StreamMessage>> ReadAsync(
        StreamSubscription subscription,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        while (true)
        {
            IReadOnlyList<StreamMessage> batch = await subscription.ReceiveBatchAsync(StreamProgress.WriteInterval, stopping);
            yield return batch;
            if (batch.Count > 0)
            {
                await subscription.AcknowledgeAsync(batch, stopping);
            }
        }
    }

    /// <summary>Returns the time of the oldest ban that the stream holds; now if it holds none.</summary>
    private async Task<DateTimeOffset> FindOldestAsync(BrokerStream stream, CancellationToken stopping)
    {
        DateTimeOffset now = time.GetUtcNow();
        return await stream.FindFirstAsync(stopping) is { } first ? ReceivedBanValidator.FindDetectedAt(first, now) ?? now : now;
    }

    private void LogGap(DateTimeOffset reached, DateTimeOffset oldest)
    {
        string span = $"between {UtcTimestamp.Format(reached)} and {UtcTimestamp.Format(oldest > reached ? oldest : reached)}";
        if (time.GetUtcNow() - oldest >= settings.MaxAge)
        {
            log.LogInformation(
                "{Stream:l} no longer holds all bans that this server missed {Span:l}. They are older than maxage.",
                Topology.HistoryStream,
                span);
            return;
        }

        string message = $"{Topology.HistoryStream} no longer holds all bans that other servers reported {span}: this server was away for "
            + "longer than the stream's retention, or the stream was deleted. These bans are missing here.";
        log.LogError("{Message:l}", message);
        problems.Set(nameof(ResumableStream), message, GapProblemDuration);
        metrics.StreamGap();
    }
}
