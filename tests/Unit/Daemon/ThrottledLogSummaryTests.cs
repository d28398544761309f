using F2bBroker.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class ThrottledLogSummaryTests
{
    [Fact]
    public void Counts_are_logged_once_a_minute_and_on_disposal()
    {
        FakeTimeProvider clock = Some.Clock();
        LoggedMessages told = new();
        ThrottledLogSummary tally = new("Skipped bans", told, clock);
        tally.Add("too old");
        tally.Add("own");
        tally.Add("too old");
        Assert.Empty(told.Sentences);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["Skipped bans: 1 own, 2 too old."], told.Sentences);
        clock.Advance(TimeSpan.FromMinutes(5));
        tally.Add("own");
        tally.Dispose();
        Assert.Equal(["Skipped bans: 1 own, 2 too old.", "Skipped bans: 1 own."], told.Sentences);
    }
}
