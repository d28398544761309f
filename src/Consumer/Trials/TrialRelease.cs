using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Trials;

/// <summary>
/// Writes the bans of an earlier trial as <c>Ban</c>, once at start, after evaluating them by the present rules.
/// </summary>
/// <remarks>The <c>Ban</c> line is the only record of this, so after a kill the next start writes the rest.</remarks>
internal sealed class TrialRelease(
    BanEvaluator evaluator,
    SkipRules skipRules,
    BanWriter writer,
    BrokerAddresses brokerAddresses,
    DaemonExit exit,
    TimeProvider time,
    ILogger<TrialRelease> log)
    : Worker(exit)
{
    private const int BatchSize = 1000;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.WhenAll(writer.Loaded, brokerAddresses.Resolved).WaitAsync(stopping);
        IReadOnlyList<Ban> trials = evaluator.TakeEarlierTrials();
        if (trials.Count == 0)
        {
            return;
        }

        using ThrottledLogSummary skipped = new("Skipped bans of an earlier trial", log, time);
        int written = 0;
        foreach (Ban[] batch in trials.Chunk(BatchSize))
        {
            bool[] outcomes = await Task.WhenAll(batch.Select(ban => ReleaseAsync(ban, skipped))).WaitAsync(stopping);
            written += outcomes.Count(isWritten => isWritten);
        }

        log.LogInformation(
            "A trial has ended: {Written} of {Count} bans are now written as Ban, the others are skipped.",
            written,
            trials.Count);
    }

    /// <summary>Returns true if the ban was written.</summary>
    private async Task<bool> ReleaseAsync(Ban ban, ThrottledLogSummary skipped)
    {
        string? reason = skipRules.FindSkipReason(ban) ?? await writer.WriteAsync(ban, DeliverySource.EarlierTrial) switch
        {
            BanOutcome.Written => null,
            BanOutcome.Pardoned => CurrentPardons.SkipReason,
            _ => BanOutcome.BelowQuorum.Reason,
        };
        if (reason is not null)
        {
            skipped.Add(reason);
        }

        return reason is null;
    }
}
