namespace F2bBroker.Consumer.Rules;

/// <summary>A clock set to the time of the newest ban passed to it.</summary>
internal sealed class ReplayTimeProvider : TimeProvider
{
    private DateTimeOffset now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void AdvanceTo(DateTimeOffset detectedAt) => now = detectedAt > now ? detectedAt : now;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;
}
