namespace F2bBroker.Consumer.Rules;

/// <summary>A clock set to the time of the newest ban passed to it.</summary>
internal sealed class ReplayTimeProvider : TimeProvider
{
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void AdvanceTo(DateTimeOffset detectedAt) => ticks = Math.Max(ticks, detectedAt.Ticks);

    public override DateTimeOffset GetUtcNow() => new(ticks, TimeSpan.Zero);

    public override long GetTimestamp() => ticks;
}
