using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Time of the newest ban this server has received. Bans arrive in order, so anything lost with a deleted queue is newer.
/// </summary>
internal sealed class LatestBanTime(TimeProvider time)
{
    private long ticks;

    /// <summary>The time of the newest ban; null before the first one.</summary>
    public DateTimeOffset? Value => Volatile.Read(ref ticks) is > 0 and var latest ? new DateTimeOffset(latest, TimeSpan.Zero) : null;

    public void Update(Ban ban)
    {
        // A sender's clock may be ahead.
        long latest = Math.Min(ban.DetectedAt.Ticks, time.GetUtcNow().Ticks);
        for (long old = Volatile.Read(ref ticks); old < latest; old = Volatile.Read(ref ticks))
        {
            Interlocked.CompareExchange(ref ticks, latest, old);
        }
    }
}
