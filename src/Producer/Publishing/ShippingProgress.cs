using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Publishing;

/// <summary>How far the producer is: what it read last, and up to where the broker has confirmed the bans.</summary>
internal sealed class ShippingProgress(TimeProvider time)
{
    private long lastBanTicks;
    private volatile Position? confirmed;

    /// <summary>The position up to which the bans are confirmed; null before the first one.</summary>
    public Position? Confirmed
    {
        get => confirmed;
        set => confirmed = value;
    }

    /// <summary>When the last ban was read that is to be shared; null if there was none since the start.</summary>
    public DateTimeOffset? LastBanAt =>
        Volatile.Read(ref lastBanTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void RecordBan() => Volatile.Write(ref lastBanTicks, time.GetUtcNow().Ticks);
}
