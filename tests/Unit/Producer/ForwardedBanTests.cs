using F2bBroker.Contracts;
using F2bBroker.Producer.Parsing;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Producer;

/// <summary>The producer of a bridge: which lines of another group's consumer it forwards, and as what.</summary>
public sealed class ForwardedBanTests
{
    private const string Rest = "203.0.113.7 jail=sshd server=a1 detected=2026-11-23T02:44:23.706Z";
    private const string Line = $"2026-11-23T02:44:24.312Z Ban {Rest}";

    [Theory]
    [InlineData("true", "a1")]
    [InlineData("false", "-")]
    public void A_ban_is_forwarded_under_this_servers_name_with_its_jail_and_time(string via, string expected)
    {
        Ban? ban = ForwardedBan.Parse(Line, Some.Settings("producer:format=f2bbroker", $"producer:via={via}"), out SkipReason? reason);
        Assert.Null(reason);
        Assert.Equal(Some.Ban(server: "web2") with { Via = expected }, ban);
    }

    [Theory]
    [InlineData($"2026-11-23T02:44:24.312Z Report {Rest}")]
    [InlineData($"2026-11-23T02:44:24.312Z Trial {Rest}")]
    [InlineData("2026-11-23T02:44:24.312Z Pardon 203.0.113.7 operator=alice until=-")]
    [InlineData("2026-11-23T02:44:24.312Z Position offset=4711 id=9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData($" {Line}")]
    [InlineData($"{Line} ")]
    [InlineData($"x{Line}")]
    [InlineData("2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=a1 detected=2026-11-23T02:44:23.706")]
    [InlineData("2026-11-23T02:44:24.312Z Ban 203.0.113.007 jail=sshd server=a1 detected=2026-11-23T02:44:23.706Z")]
    [InlineData("2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1")]
    public void No_other_line_is_forwarded(string line)
    {
        Assert.Null(ForwardedBan.Parse(line, Some.Settings("producer:format=f2bbroker"), out SkipReason? reason));
        Assert.Null(reason);
    }

    [Fact]
    public void A_server_that_is_not_selected_is_skipped_with_a_reason()
    {
        Assert.Null(ForwardedBan.Parse(Line, Some.Settings("producer:format=f2bbroker", "producer:ignoreservers=a1"), out var reason));
        Assert.Equal(SkipReason.IgnoredServer, reason);
    }

    [Fact]
    public void A_line_of_the_wrong_program_has_a_remedy_and_a_torn_one_has_none()
    {
        const string ofFail2Ban = "2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1";
        Assert.Equal(SkipReason.NotWrittenByConsumer, UnsharedLine.FindReason(ofFail2Ban, LogFormat.F2bBroker));
        Assert.Equal(SkipReason.WrittenByConsumer, UnsharedLine.FindReason(Line, LogFormat.Fail2Ban));
        Assert.Equal(SkipReason.WrittenByConsumer, UnsharedLine.FindReason(Line, LogFormat.Syslog));
        Assert.Equal(SkipReason.Incomplete, UnsharedLine.FindReason(Line[..60], LogFormat.F2bBroker));
        Assert.Null(SkipReason.Incomplete.Remedy);
    }
}
