using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Up to when this server has heard of the group's bans. They come in order: what a deleted queue took with it is younger.
/// </summary>
internal sealed class LatestBanTime(TimeProvider time)
{
    private long ticks;

    /// <summary>The time of the youngest ban that was heard of; null before the first.</summary>
    public DateTimeOffset? Value => Volatile.Read(ref ticks) is > 0 and var heard ? new DateTimeOffset(heard, TimeSpan.Zero) : null;

    public void Update(Ban ban)
    {
        // A sender's clock may be ahead.
        long heard = Math.Min(ban.DetectedAt.Ticks, time.GetUtcNow().Ticks);
        for (long old = Volatile.Read(ref ticks); old < heard; old = Volatile.Read(ref ticks))
        {
            Interlocked.CompareExchange(ref ticks, heard, old);
        }
    }
}
