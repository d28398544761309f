using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

public sealed class TimeZoneCheckTests
{
    private readonly List<string> warnings = [];
    private readonly HealthProblems problems = new(Some.Clock());
    private readonly TimeZoneCheck check;

    public TimeZoneCheckTests() => check = new TimeZoneCheck(problems, Some.Clock(), warnings.Add);

    [Theory]
    [InlineData(-10)]
    [InlineData(0)]
    [InlineData(10)]
    public void A_ban_of_the_present_hour_is_not_logged(int minutes)
    {
        check.Check(Some.Ban(at: Some.Time.AddMinutes(minutes)));
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-11)]
    [InlineData(11)]
    [InlineData(60)]
    public void A_ban_of_another_hour_is_logged_once(int minutes)
    {
        check.Check(Some.Ban(at: Some.Time.AddMinutes(minutes)));
        check.Check(Some.Ban(at: Some.Time.AddMinutes(minutes)));
        Assert.StartsWith("fail2ban has just dated a ban 2026-11-23T0", Assert.Single(warnings));
        Assert.Equal(warnings, problems.Texts);
    }

    [Fact]
    public void A_later_ban_of_the_present_hour_ends_the_problem()
    {
        check.Check(Some.Ban(at: Some.Time.AddHours(1)));
        check.Check(Some.Ban());
        Assert.Empty(problems.Texts);
    }
}
