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
    SkipRules acceptance,
    BanWriter writer,
    TimeProvider time,
    ILogger<ReplayProcessor> log)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    /// <exception cref="Exception">The connection or the stream is gone: see <see
    /// cref="BrokerConnection.IsConnectionFailure"/>.</exception>
    public async Task ProcessAsync(HistoryStream stream, DateTimeOffset since, CancellationToken stopping)
    {
        ReplayQuarantine containment = new(settings);
        using ThrottledLogSummary passedOver = new($"Passed over in {Topology.HistoryStream}", log, time);
        (long read, long written, long told) = (0, 0, time.GetTimestamp());
        await foreach (IReadOnlyList<HistoryMessage> batch in stream.ReadAsync(since, stopping))
        {
            BanOutcome?[] verdicts = await Task.WhenAll(batch.Select(message => ProcessAsync(message, containment, passedOver)))
                .WaitAsync(stopping);
            read += batch.Count;
            written += verdicts.OfType<BanOutcome.Written>().Count();
            if (time.GetElapsedTime(told) >= LogInterval)
            {
                log.LogInformation(
                    "Reading {Stream:l}: {Read} messages so far, {Written} of them new bans, which are on disk.",
                    Topology.HistoryStream,
                    read,
                    written);
                told = time.GetTimestamp();
            }
        }

        log.LogInformation("Finished reading {Stream:l} from {Since:l}: {Read} messages, {Written} new bans written to disk.",
            Topology.HistoryStream, UtcTimestamp.Format(since), read, written);
    }

    /// <summary>Returns null for a skipped or refused message.</summary>
    private async Task<BanOutcome?> ProcessAsync(HistoryMessage message, ReplayQuarantine containment, ThrottledLogSummary passedOver)
    {
        try
        {
            Ban ban = ReceivedBanValidator.Parse(message.Properties, message.Body, time.GetUtcNow());
            string? reason = acceptance.FindSkipReason(ban)
                ?? (containment.TryAdmit(ban) ? null : "of a server that reported more than maxbans");
            if (reason is null)
            {
                return await writer.WriteAsync(ban, DeliverySource.HistoryStream);
            }

            passedOver.Add(reason);
        }
        catch (InvalidMessageException)
        {
            passedOver.Add($"refused, of {UntrustedText.Quote(MessageOrigin.FromUserId(message.Properties).Name)}");
        }

        return null;
    }
}
