using System.Diagnostics.Metrics;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Metrics;

namespace F2bBroker.Consumer;

/// <summary>What the consumer counts for Prometheus. Only written and waiting bans include those of the stream, which come again at each start.</summary>
internal sealed class ConsumerMetrics
{
    private const string NoOrigin = "(none)";

    private static readonly double[] Lags = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];

    private readonly TimeProvider time;
    private readonly Histogram<double> lag;
    private readonly LabelledCounts written = new("origin");
    private readonly LabelledCounts skipped = new("reason");
    private readonly LabelledCounts quarantined = new("origin");
    private readonly LabelledCounts refused = new("origin", "reason");
    private long duplicates;
    private long held;
    private long queueRemade;

    public ConsumerMetrics(DaemonMeter daemon, TimeProvider time)
    {
        this.time = time;
        Meter meter = daemon.Meter;
        meter.CreateObservableCounter("f2bbroker_bans_written", written.All, description: "Bans that stand in the monitored log, by the server that reported them.");
        meter.CreateObservableCounter("f2bbroker_bans_skipped", skipped.All, description: "Bans that this server does not take over, by reason.");
        meter.CreateObservableCounter("f2bbroker_bans_duplicate", () => Volatile.Read(ref duplicates), description: "Bans that had been written before.");
        meter.CreateObservableCounter("f2bbroker_bans_quarantined", quarantined.All, description: "Bans of servers under quarantine, by server.");
        meter.CreateObservableCounter("f2bbroker_messages_refused", refused.All, description: "Messages that break the protocol, by sender and kind.");
        meter.CreateObservableGauge("f2bbroker_bans_held", () => Volatile.Read(ref held), description: "Bans that wait until they are on disk.");
        meter.CreateObservableCounter("f2bbroker_queue_remade", () => Volatile.Read(ref queueRemade), description: "How often the server's queue was gone and has been made again.");
        lag = meter.CreateHistogram("f2bbroker_ban_lag_seconds", description: "From a ban on the server that reported it until it stands in the monitored log here.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Lags });
    }

    /// <summary>A ban waits to be written.</summary>
    public void Held() => Interlocked.Increment(ref held);

    /// <summary>It is known what became of it, and what was to be written is on disk.</summary>
    public void Settled(Ban ban, Verdict verdict, Way way)
    {
        Interlocked.Decrement(ref held);
        if (verdict is not Verdict.Written(var line))
        {
            return;
        }

        if (line != ban.Identity)
        {
            skipped.Count("below the quorum");
            return;
        }

        written.Count(ban.Server);
        if (way == Way.Live)
        {
            lag.Record(Math.Max(0, (time.GetUtcNow() - ban.DetectedAt).TotalSeconds));
        }
    }

    public void Skipped(string reason) => skipped.Count(reason);

    public void Duplicate() => Interlocked.Increment(ref duplicates);

    /// <param name="origin">The sender that the broker vouches for.</param>
    public void Quarantined(string origin) => quarantined.Count(origin);

    /// <param name="origin">The sender that the broker vouches for; empty for none.</param>
    public void Refused(string origin, RefusalKind kind) => refused.Count(origin.Length > 0 ? origin : NoOrigin, kind.ToString().ToLowerInvariant());

    public void QueueRemade() => Interlocked.Increment(ref queueRemade);
}
