using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Shared;

public sealed class JailSelectionTests
{
    [Theory]
    [InlineData("sshd", true)]
    [InlineData("recidive", false)]
    [InlineData("f2bbroker", false)]
    [InlineData("f2bbroker-pardon", false)]
    [InlineData("f2bbroker-web x", false)]
    [InlineData("f2bbroker2", true)]
    [InlineData("my-f2bbroker-web", true)]
    public void By_default_all_jails_are_shared_but_the_monitored_logs_and_recidive(string jail, bool shared) =>
        Assert.Equal(shared, Some.Settings().Producer.Jails.Includes(jail));

    [Theory]
    [InlineData("f2bbroker", true)]
    [InlineData("f2bbroker-web", true)]
    [InlineData("f2bbroker-pardon", false)]
    [InlineData("sshd", false)]
    public void The_jails_of_the_monitored_log_ban_except_the_one_that_unbans(string jail, bool bans) =>
        Assert.Equal(bans, MonitoredLogJails.Bans(jail));

    [Fact]
    public void A_jail_that_is_chosen_by_name_wins_over_the_default_but_a_jail_of_the_monitored_log_is_never_shared()
    {
        NameSelection jails = Some.Settings("producer:jails=recidive f2bbroker f2bbroker-web f2bbroker-pardon").Producer.Jails;
        Assert.Equal(
            ["recidive"],
            new[] { "recidive", "f2bbroker", "f2bbroker-web", "f2bbroker-pardon", "sshd" }.Where(jails.Includes));
        Assert.False(Some.Settings("producer:ignorejails=").Producer.Jails.Includes("f2bbroker-pardon"));
    }

    [Fact]
    public void The_consumer_accepts_bans_of_a_jail_with_any_name() =>
        Assert.True(Some.Settings().Consumer.Default.Jails.Includes("f2bbroker-web"));
}
