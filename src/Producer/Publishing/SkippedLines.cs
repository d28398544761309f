using F2bBroker.Daemon;
using F2bBroker.Producer.Metrics;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer.Publishing;

/// <summary>Counts the lines about bans that are not shared, by reason, in the metrics and in the log.</summary>
internal sealed class SkippedLines(ProducerMetrics metrics, ILogger log, TimeProvider time) : IDisposable
{
    private readonly ThrottledLogSummary summary = new("Ban lines not shared", log, time);

    public void Count(string reason)
    {
        summary.Add(reason);
        metrics.LineSkipped(reason);
    }

    public void Dispose() => summary.Dispose();
}
