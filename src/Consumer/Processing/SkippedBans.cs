using F2bBroker.Consumer.Metrics;
using F2bBroker.Daemon;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Processing;

/// <summary>Counts the bans that are not written, by reason, in the metrics and in the log.</summary>
internal sealed class SkippedBans(ConsumerMetrics metrics, ILogger log, TimeProvider time) : IDisposable
{
    private readonly ThrottledLogSummary summary = new("Skipped bans", log, time);

    public void CountSkipped(string reason)
    {
        summary.Add(reason);
        metrics.Skipped(reason);
    }

    public void CountDuplicate()
    {
        summary.Add("already written");
        metrics.Duplicate();
    }

    /// <param name="server">The quarantined server.</param>
    /// <param name="isKept">True if the message is in the error queue or in the stream.</param>
    public void CountQuarantined(string server, bool isKept)
    {
        summary.Add(isKept ? "of a quarantined server" : "of a quarantined server without a copy");
        metrics.Quarantined(server);
    }

    public void Dispose() => summary.Dispose();
}
