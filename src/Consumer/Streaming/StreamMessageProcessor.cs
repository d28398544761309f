using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Processing;
using F2bBroker.Consumer.Refusals;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Streaming;

/// <summary>
/// Processes the messages of the stream for a server that has no queue. Refused messages are counted and logged. They are not copied,
/// because they stay in the stream.
/// </summary>
internal sealed class StreamMessageProcessor(
    BanProcessor bans,
    ConsumerMetrics metrics,
    TimeProvider time,
    ILogger<StreamMessageProcessor> log)
    : IDisposable
{
    private static readonly TimeSpan MaxClockBehind = TimeSpan.FromDays(1);

    private readonly ThrottledRefusalLog refusals = new(Topology.HistoryStream, log, time);

    /// <summary>
    /// Completes when the messages are processed and their bans are on disk. Returns true if a ban was refused only because it is dated up
    /// to a day in the future: this host's clock may be behind.
    /// </summary>
    /// <param name="subscribedAt">When this server began to receive again. An older ban may have been missed.</param>
    /// <param name="missed">The limits for missed bans.</param>
    public async Task<bool> ProcessAsync(IEnumerable<StreamMessage> messages, DateTimeOffset subscribedAt, ReplayQuarantine missed) =>
        (await Task.WhenAll(messages.Select(message => ProcessAsync(message, subscribedAt, missed)))).Contains(true);

    public void Dispose() => refusals.Dispose();

    /// <summary>Returns true if the message was refused and may be valid within a day.</summary>
    private async Task<bool> ProcessAsync(StreamMessage message, DateTimeOffset subscribedAt, ReplayQuarantine missed)
    {
        try
        {
            Ban ban = ReceivedBanValidator.Parse(message.Properties, message.Body, time.GetUtcNow());
            ReplayQuarantine? limits = ban.DetectedAt <= subscribedAt ? missed : null;
            if (await bans.ProcessAsync(ban, DeliverySource.Delivered, limits) is BanOutcome.Quarantined)
            {
                bans.CountQuarantined(ban.Server, isKept: true);
            }

            return false;
        }
        catch (InvalidMessageException refusal)
        {
            string origin = MessageOrigin.FromUserId(message.Properties).Name;
            refusals.LogRefusal(origin, refusal.Message, isKept: true);
            metrics.Refused(origin, refusal.Kind);
            return refusal.Kind == InvalidMessageKind.Time
                && ReceivedBanValidator.FindDetectedAt(message, time.GetUtcNow() + MaxClockBehind) is not null;
        }
    }
}
