using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Processing;

/// <summary>
/// Processes a valid ban that was delivered: skips it, or has it written. Completes when the message may be acknowledged. Bans of the queue
/// and of the stream pass the same rules and the same writer.
/// </summary>
internal sealed class BanProcessor(
    SkipRules skipRules,
    BanWriter writer,
    LatestBanTime latest,
    ConsumerMetrics metrics,
    TimeProvider time,
    ILogger<BanProcessor> log)
    : IDisposable
{
    private readonly SkippedBans skipped = new(metrics, log, time);

    /// <summary>Returns the outcome; null for a ban that a rule skips. Only a quarantined ban is not counted.</summary>
    /// <param name="missed">The limits by the bans' own times; null if they do not apply to this ban.</param>
    public async Task<BanOutcome?> ProcessAsync(Ban ban, DeliverySource source, ReplayQuarantine? missed = null)
    {
        BanOutcome? outcome = null;
        if ((skipRules.FindSkipReason(ban) ?? missed?.FindSkipReason(ban)) is { } reason)
        {
            skipped.CountSkipped(reason);
        }
        else
        {
            outcome = await writer.WriteAsync(ban, source);
            Count(outcome);
        }

        latest.Update(ban);
        return outcome;
    }

    /// <param name="server">The quarantined server.</param>
    /// <param name="isKept">True if the message is kept for the operator.</param>
    public void CountQuarantined(string server, bool isKept) => skipped.CountQuarantined(server, isKept);

    public void Dispose() => skipped.Dispose();

    private void Count(BanOutcome outcome)
    {
        if (outcome is BanOutcome.Duplicate)
        {
            skipped.CountDuplicate();
        }
        else if (outcome is BanOutcome.Pardoned)
        {
            skipped.CountSkipped(CurrentPardons.SkipReason);
        }
    }
}
