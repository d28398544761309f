using System.Diagnostics.Metrics;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Metrics;

namespace F2bBroker.Consumer.Metrics;

/// <summary>
/// The consumer's metrics for Prometheus. Only written and waiting bans include those of the stream, which is read again at each start.
/// </summary>
internal sealed class ConsumerMetrics
{
    private const string NoOrigin = "(none)";

    private static readonly double[] Lags = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];

    private readonly TimeProvider time;
    private readonly Histogram<double> lag;
    private readonly LabelledCounter written = new("origin");
    private readonly LabelledCounter trial = new("origin");
    private readonly LabelledCounter skipped = new("reason");
    private readonly LabelledCounter quarantined = new("origin");
    private readonly LabelledCounter refused = new("origin", "reason");
    private long duplicates;
    private long waiting;
    private long lastWrittenTicks;
    private double lastLag = double.NaN;
    private long queueRecreated;
    private long streamGaps;

    public ConsumerMetrics(DaemonMeter daemon, TimeProvider time)
    {
        this.time = time;
        Meter meter = daemon.Meter;
        meter.CreateObservableCounter(
            "f2bbroker_bans_written",
            written.GetMeasurements,
            description: "Bans that were written to the monitored log, by the server that reported them.");
        meter.CreateObservableCounter(
            "f2bbroker_bans_trial",
            trial.GetMeasurements,
            description: "Bans that were written as Trial and not banned, by the server that reported them.");
        meter.CreateObservableCounter(
            "f2bbroker_bans_skipped",
            skipped.GetMeasurements,
            description: "Bans that this server skips, by reason.");
        meter.CreateObservableCounter(
            "f2bbroker_bans_duplicate",
            () => Volatile.Read(ref duplicates),
            description: "Bans that were written before.");
        meter.CreateObservableCounter(
            "f2bbroker_bans_quarantined",
            quarantined.GetMeasurements,
            description: "Bans of quarantined servers, by server.");
        meter.CreateObservableCounter(
            "f2bbroker_messages_refused",
            refused.GetMeasurements,
            description: "Messages that violate the protocol, by sender and kind.");
        meter.CreateObservableGauge(
            "f2bbroker_bans_held",
            () => Volatile.Read(ref waiting),
            description: "Bans that wait until they are on disk.");
        meter.CreateObservableCounter(
            "f2bbroker_queue_remade",
            () => Volatile.Read(ref queueRecreated),
            description: "How often the server's queue did not exist and was recreated.");
        meter.CreateObservableCounter(
            "f2bbroker_stream_gap",
            () => Volatile.Read(ref streamGaps),
            description: "How often the stream no longer held all bans that this server had missed.");
        lag = meter.CreateHistogram(
            "f2bbroker_ban_lag_seconds",
            description: "Time from a ban on the server that reported it until it is in the monitored log here.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Lags });
    }

    /// <summary>When the last ban was written; null if there was none since the start.</summary>
    public DateTimeOffset? LastWrittenAt =>
        Volatile.Read(ref lastWrittenTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>The seconds from the last live ban until it was written; null if there was none since the start.</summary>
    public double? LastLag => Volatile.Read(ref lastLag) is var seconds && double.IsNaN(seconds) ? null : seconds;

    /// <summary>The bans that were written since the start.</summary>
    public long Written => written.GetTotals().Values.Sum();

    /// <summary>The messages that were refused since the start.</summary>
    public long RefusedMessages => refused.GetTotals().Values.Sum();

    /// <summary>The bans that wait until they are on disk.</summary>
    public long Waiting => Volatile.Read(ref waiting);

    /// <summary>The bans that were not written, by reason.</summary>
    public IReadOnlyDictionary<string, long> SkippedByReason
    {
        get
        {
            Dictionary<string, long> counts = new(skipped.GetTotals());
            AddIfAny(counts, "already written", Volatile.Read(ref duplicates));
            AddIfAny(counts, "on trial", trial.GetTotals().Values.Sum());
            AddIfAny(counts, "of a quarantined server", quarantined.GetTotals().Values.Sum());
            return counts;
        }
    }

    /// <summary>Counts a ban that waits to be written.</summary>
    public void BanWaiting() => Interlocked.Increment(ref waiting);

    /// <summary>Counts the outcome of a ban, after its line is on disk.</summary>
    public void BanCompleted(Ban ban, BanOutcome outcome, DeliverySource source)
    {
        Interlocked.Decrement(ref waiting);
        if (outcome is not BanOutcome.Written(var line))
        {
            return;
        }

        if (line == MonitoredLogLine.ReportText(ban))
        {
            skipped.Add(BanOutcome.BelowQuorum.Reason);
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        if (line == MonitoredLogLine.TrialText(ban))
        {
            trial.Add(ban.Server);
        }
        else
        {
            written.Add(ban.Server);
            Volatile.Write(ref lastWrittenTicks, now.Ticks);
        }

        if (source == DeliverySource.Delivered)
        {
            double seconds = Math.Max(0, (now - ban.DetectedAt).TotalSeconds);
            lag.Record(seconds);
            Volatile.Write(ref lastLag, seconds);
        }
    }

    public void Skipped(string reason) => skipped.Add(reason);

    public void Duplicate() => Interlocked.Increment(ref duplicates);

    /// <param name="origin">The authenticated sender.</param>
    public void Quarantined(string origin) => quarantined.Add(origin);

    /// <param name="origin">The authenticated sender; empty if there is none.</param>
    public void Refused(string origin, InvalidMessageKind kind) =>
        refused.Add(origin.Length > 0 ? origin : NoOrigin, kind.ToString().ToLowerInvariant());

    public void QueueRecreated() => Interlocked.Increment(ref queueRecreated);

    public void StreamGap() => Interlocked.Increment(ref streamGaps);

    private static void AddIfAny(Dictionary<string, long> counts, string reason, long count)
    {
        if (count > 0)
        {
            counts[reason] = count;
        }
    }
}
