using F2bBroker.Producer;

namespace F2bBroker.UnitTests.Producer;

public sealed class ZoneCheckTests
{
    private readonly List<string> told = [];
    private readonly ZoneCheck check;

    public ZoneCheckTests() => check = new ZoneCheck(Some.Clock(), told.Add);

    [Theory]
    [InlineData(-10)]
    [InlineData(0)]
    [InlineData(10)]
    public void A_ban_of_about_now_is_in_order(int minutes)
    {
        check.Look(Some.Ban(at: Some.Time.AddMinutes(minutes)));
        Assert.Empty(told);
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-11)]
    [InlineData(11)]
    [InlineData(60)]
    public void A_ban_of_another_hour_is_told_once(int minutes)
    {
        check.Look(Some.Ban(at: Some.Time.AddMinutes(minutes)));
        check.Look(Some.Ban(at: Some.Time.AddMinutes(minutes)));
        Assert.StartsWith("fail2ban has just dated a ban 2026-11-23T0", Assert.Single(told));
    }
}
