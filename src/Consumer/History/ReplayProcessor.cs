using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.History;

/// <summary>
/// Processes the messages of the stream with the checks, limits and deduplication of live messages. Each batch is on disk before the next
/// one is requested.
/// </summary>
/// <remarks>
/// Refused messages are counted and logged, but not copied to the error queue: they stay in the stream and are read again at the next
/// start.
/// </remarks>
internal sealed class ReplayProcessor(
    Settings settings,
    SkipRules skipRules,
    BanWriter writer,
    TimeProvider time,
    ILogger<ReplayProcessor> log)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    /// <summary>Processes the messages from a time on. Returns the offset of the last one; -1 if there is none.</summary>
    /// <param name="after">
    /// The last offset of an earlier reading; null for the first one. Messages up to it only count for <c>maxbans</c>, and only missing
    /// bans are logged.
    /// </param>
    /// <exception cref="Exception">The connection or the stream is gone: see <see
    /// cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task<long> ProcessAsync(
        BrokerStream stream,
        DateTimeOffset since,
        long? after,
        CancellationToken stopping)
    {
        LogLevel level = after is null ? LogLevel.Information : LogLevel.Debug;
        long last = -1;
        ReplayQuarantine quarantine = new(settings);
        using ThrottledLogSummary skipped = new($"Skipped in {Topology.HistoryStream}", log, time, level);
        (long read, long written, long lastLogged) = (0, 0, time.GetTimestamp());
        await foreach (IReadOnlyList<StreamMessage> batch in stream.ReadAsync(since, stopping))
        {
            Task<BanOutcome?>[] processing =
                [.. batch.Select(message => ProcessAsync(message, after is null || message.Offset > after, quarantine, skipped))];
            BanOutcome?[] outcomes = await Task.WhenAll(processing).WaitAsync(stopping);
            last = batch[^1].Offset;
            read += batch.Count;
            written += outcomes.OfType<BanOutcome.Written>().Count();
            if (time.GetElapsedTime(lastLogged) >= LogInterval)
            {
                log.Log(
                    level,
                    "Reading {Stream:l}: {Read} messages so far, {Written} of them new bans, which are on disk.",
                    Topology.HistoryStream,
                    read,
                    written);
                lastLogged = time.GetTimestamp();
            }
        }

        log.Log(
            written > 0 ? LogLevel.Information : level,
            "Finished reading {Stream:l} from {Since:l}: {Read} messages, {Written} new bans written to disk.",
            Topology.HistoryStream,
            UtcTimestamp.Format(since),
            read,
            written);
        return last;
    }

    /// <summary>Returns null for a skipped, refused or earlier message.</summary>
    private async Task<BanOutcome?> ProcessAsync(
        StreamMessage message,
        bool isNew,
        ReplayQuarantine quarantine,
        ThrottledLogSummary skipped)
    {
        try
        {
            Ban ban = ReceivedBanValidator.Parse(message.Properties, message.Body, time.GetUtcNow());
            string? reason = skipRules.FindSkipReason(ban) ?? quarantine.FindSkipReason(ban);
            if (!isNew)
            {
                return null;
            }

            BanOutcome? outcome = reason is null ? await writer.WriteAsync(ban, DeliverySource.HistoryStream) : null;
            reason = outcome is BanOutcome.Pardoned ? CurrentPardons.SkipReason : reason;
            if (reason is not null)
            {
                skipped.Add(reason);
            }

            return outcome;
        }
        catch (InvalidMessageException)
        {
            skipped.Add($"refused, of {UntrustedText.Quote(MessageOrigin.FromUserId(message.Properties).Name)}");
        }

        return null;
    }
}
