using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Health;

/// <summary>What the consumer's health messages contain.</summary>
internal sealed class ConsumerHealth : IHealthContent
{
    private readonly ConsumerSettings settings;
    private readonly ConsumerMetrics metrics;
    private readonly ServerQuarantine quarantine;
    private readonly LatestBanTime latest;

    public ConsumerHealth(
        ConsumerSettings settings,
        ConsumerMetrics metrics,
        ServerQuarantine quarantine,
        LatestBanTime latest,
        HealthProblems problems)
    {
        (this.settings, this.metrics, this.quarantine, this.latest) = (settings, metrics, quarantine, latest);
        quarantine.Changed += problems.SignalChange;
    }

    public string Program => HealthMessage.Consumer;

    public HealthMessage AddTo(HealthMessage message) => message with
    {
        LastBanAt = Format(metrics.LastWrittenAt),
        Lag = metrics.LastLag is { } seconds ? Math.Round(seconds, 3) : null,
        Written = metrics.Written,
        Trial = settings.Default.IsTrial ? true : null,
        Refused = metrics.RefusedMessages,
        Skipped = metrics.SkippedByReason,
        Quarantined = quarantine.Servers,
        Backlog = new HealthBacklog(metrics.Waiting, Until: Format(latest.Value)),
    };

    private static string? Format(DateTimeOffset? time) => time is { } known ? UtcTimestamp.Format(known) : null;
}
