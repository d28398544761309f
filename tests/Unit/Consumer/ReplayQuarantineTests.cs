using F2bBroker.Consumer.Rules;

namespace F2bBroker.UnitTests.Consumer;

/// <summary>With <c>maxbans = 3/10m</c> and <c>quarantine = 30m</c>.</summary>
public sealed class ReplayQuarantineTests
{
    private readonly ReplayQuarantine quarantine = new(Some.Settings("consumer:maxbans=3/10m"));

    [Fact]
    public void A_server_is_limited_by_the_times_of_its_bans()
    {
        Assert.Equal([true, true, true, false, false], Admitted(Enumerable.Repeat(0, 5)));
        // It is admitted again after 30 minutes within the rate.
        Assert.Equal([false, true, true, true, false], Admitted([15, 45, 45, 45, 46]));
    }

    [Fact]
    public void Over_a_day_a_server_may_report_more() => Assert.All(Admitted(Enumerable.Range(0, 400).Select(i => i * 4)), Assert.True);

    [Fact]
    public void A_server_that_dates_its_bans_in_the_future_limits_only_itself()
    {
        Assert.True(Admits(1000, "web3"));
        Assert.All(Admitted(Enumerable.Range(0, 20).Select(i => i * 4)), Assert.True);
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(i => Admits(i * 60, "web3")));
    }

    private bool[] Admitted(IEnumerable<int> minutes) => [.. minutes.Select(minute => Admits(minute, "web1"))];

    private bool Admits(int minute, string server) =>
        quarantine.FindSkipReason(Some.Ban(server: server, at: Some.Time.AddMinutes(minute))) is null;
}
