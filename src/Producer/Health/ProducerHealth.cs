using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Metrics;
using F2bBroker.Producer.Publishing;
using F2bBroker.Producer.Tailing;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Logs;

namespace F2bBroker.Producer.Health;

/// <summary>What the producer's health messages contain.</summary>
internal sealed class ProducerHealth(Settings settings, ProducerMetrics metrics, SharedBanCounts sharedBans, ShippingProgress progress)
    : IHealthContent
{
    public string Program => HealthMessage.Producer;

    public HealthMessage AddTo(HealthMessage message) => message with
    {
        LastBanAt = progress.LastBanAt is { } at ? UtcTimestamp.Format(at) : null,
        Published = metrics.Published,
        Skipped = metrics.Skipped,
        Backlog = new HealthBacklog(metrics.Unconfirmed, FindUnconfirmedBytes()),
        Enforcement = sharedBans.Current,
    };

    /// <summary>Returns the bytes of the log after the confirmed position; null if that is in an older file, or in the journal.</summary>
    private long? FindUnconfirmedBytes()
    {
        string path = settings.Producer.LogPath;
        try
        {
            return progress.Confirmed is LogPosition position && FileIdentity.FromFile(path)?.Inode == position.Inode
                ? Math.Max(0, new FileInfo(path).Length - position.Offset)
                : null;
        }
        catch (IOException)
        {
            return null; // The reader of the log reports it.
        }
    }
}
