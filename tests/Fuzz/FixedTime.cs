using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.Fuzz;

/// <summary>The time and zone of each run, so that an input always has the same result.</summary>
internal static class FixedTime
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static readonly TimeSpan Offset = TimeSpan.FromHours(2);

    public static TimeProvider Clock { get; } = CreateClock();

    private static FakeTimeProvider CreateClock()
    {
        FakeTimeProvider clock = new(Now);
        clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("Ahead", Offset, displayName: null, standardDisplayName: null));
        return clock;
    }
}
