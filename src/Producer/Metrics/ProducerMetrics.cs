using F2bBroker.Daemon.Metrics;

namespace F2bBroker.Producer.Metrics;

/// <summary>The producer's metrics for Prometheus.</summary>
internal sealed class ProducerMetrics
{
    private readonly LabelledCounter skipped = new("reason");
    private long published;
    private long unconfirmed;

    public ProducerMetrics(DaemonMeter daemon)
    {
        daemon.Meter.CreateObservableCounter(
            "f2bbroker_bans_published",
            () => Volatile.Read(ref published),
            description: "Bans that the broker has confirmed.");
        daemon.Meter.CreateObservableGauge(
            "f2bbroker_bans_unconfirmed",
            () => Volatile.Read(ref unconfirmed),
            description: "Bans that are being published and not confirmed yet.");
        daemon.Meter.CreateObservableCounter(
            "f2bbroker_ban_lines_passed_over",
            skipped.GetMeasurements,
            description: "Lines about bans that were not shared, by reason.");
    }

    /// <summary>The bans that the broker has confirmed since the start.</summary>
    public long Published => Volatile.Read(ref published);

    /// <summary>The bans that are being published and not confirmed yet.</summary>
    public long Unconfirmed => Volatile.Read(ref unconfirmed);

    /// <summary>The lines about bans that were not shared, by reason.</summary>
    public IReadOnlyDictionary<string, long> Skipped => skipped.GetTotals();

    public void PublishStarted() => Interlocked.Increment(ref unconfirmed);

    public void PublishConfirmed()
    {
        Interlocked.Decrement(ref unconfirmed);
        Interlocked.Increment(ref published);
    }

    public void LineSkipped(string reason) => skipped.Add(reason);
}
