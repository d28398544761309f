using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Metrics;
using F2bBroker.Producer.Parsing;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// Counts the lines about bans that are not shared, by reason, in the metrics and in the log. Warns if fail2ban should log them
/// differently: at the first one of a kind, then once an hour.
/// </summary>
internal sealed class SkippedLines(ProducerMetrics metrics, HealthProblems problems, ILogger log, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromHours(1);

    private readonly ThrottledLogSummary skipped = new("Ban lines not shared", log, time);
    private readonly ThrottledLogSummary unreadable =
        new("More bans that cannot be shared", log, time, LogLevel.Warning, WarningInterval);

    private readonly HashSet<SkipReason> named = [];

    public void Count(SkipReason reason)
    {
        metrics.LineSkipped(reason.Text);
        if (reason.Remedy is null)
        {
            skipped.Add(reason.Text);
            return;
        }

        string message =
            $"A ban was logged {reason.Text}. Such a ban cannot be shared, so other servers do not get it. {reason.Remedy}";
        problems.Set(reason.Text, message, WarningInterval);
        if (named.Add(reason))
        {
            log.LogWarning("{Message:l}", message);
        }
        else
        {
            unreadable.Add(reason.Text);
        }
    }

    public void Dispose()
    {
        skipped.Dispose();
        unreadable.Dispose();
    }
}
