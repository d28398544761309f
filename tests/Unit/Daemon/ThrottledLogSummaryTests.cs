using F2bBroker.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class ThrottledLogSummaryTests
{
    [Fact]
    public void Counts_are_logged_once_a_minute_and_on_disposal()
    {
        FakeTimeProvider clock = Some.Clock();
        LoggedMessages log = new();
        ThrottledLogSummary summary = new("Skipped bans", log, clock);
        summary.Add("too old");
        summary.Add("own");
        summary.Add("too old");
        Assert.Empty(log.Messages);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["Skipped bans: 1 own, 2 too old."], log.Messages);
        clock.Advance(TimeSpan.FromMinutes(5));
        summary.Add("own");
        summary.Dispose();
        Assert.Equal(["Skipped bans: 1 own, 2 too old.", "Skipped bans: 1 own."], log.Messages);
    }
}
