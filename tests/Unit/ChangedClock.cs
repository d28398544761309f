using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests;

/// <summary>A clock that can be changed as an administrator does it: timestamps and timers go on as before.</summary>
internal sealed class ChangedClock(FakeTimeProvider time) : TimeProvider
{
    private TimeSpan change;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + change;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);

    public void Change(TimeSpan step) => change += step;

    public void Advance(TimeSpan span) => time.Advance(span);
}
