using F2bBroker.Contracts;
using F2bBroker.Producer.Parsing;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

public sealed class SyslogLineTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData(
        "Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1",
        "postfix",
        "192.0.2.1",
        "2026-01-16T16:11:25.000Z")]
    [InlineData(
        "Jan  6 17:11:25 host fail2ban-server[11524]: fail2ban.actions        [11524]: NOTICE  [postfix] Ban 192.0.2.2",
        "postfix",
        "192.0.2.2",
        "2026-01-06T16:11:25.000Z")]
    [InlineData(
        "Jan 16 17:11:25 host fail2ban.actions        [6605]: NOTICE  [a jail] Ban 2001:db8::1",
        "a jail",
        "2001:db8::1",
        "2026-01-16T16:11:25.000Z")]
    [InlineData("Jan 16 17:11:25 host fail2ban.actions: WARNING [ssh] Ban 192.0.2.1", "ssh", "192.0.2.1", "2026-01-16T16:11:25.000Z")]
    [InlineData(
        "Jan 16 17:11:25 10.0.0.1 fail2ban.actions[1]: WARNING [ssh] Ban 192.0.2.1",
        "ssh",
        "192.0.2.1",
        "2026-01-16T16:11:25.000Z")]
    [InlineData(
        "2026-01-16T17:11:25.123956+01:00 host fail2ban.actions[6605]: NOTICE [postfix] Ban 203.0.113.0/24",
        "postfix",
        "203.0.113.0/24",
        "2026-01-16T16:11:25.123Z")]
    [InlineData(
        "2026-01-16T17:11:25Z host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1",
        "postfix",
        "192.0.2.1",
        "2026-01-16T17:11:25.000Z")]
    public void A_ban_line_of_any_syslog_is_parsed(string line, string jail, string ip, string time) =>
        Assert.Equal($"{ip} jail={JailName.Sanitize(jail)} server=web1 detected={time}", Parse(line, "2026-01-20T00:00:00Z")?.Identity);

    [Theory]
    [InlineData("Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Restore Ban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Unban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1 ")]
    [InlineData("Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban bob] Ban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 host fail2ban.actions[6605]: INFO [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 host fail2ban.filter[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 host sshd[1]: fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 host sshd[1]: Invalid user x: Jan 16 17:11:25 host fail2ban.actions[1]: NOTICE [sshd] Ban 9.9.9.9")]
    [InlineData("Jan 16 17:11:25 host  fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 16 17:11:25 fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 6 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 32 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jan 16 24:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("Jän 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("2026-13-16T17:11:25+01:00 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("2026-01-16T17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("0001-01-01T00:00:00+14:00 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("2026-01-16 17:11:25,123 fail2ban.actions        [1]: NOTICE  [sshd] Ban 192.0.2.1")]
    [InlineData("<29>Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1")]
    [InlineData("")]
    public void A_line_that_only_resembles_a_ban_is_not_parsed(string line) => Assert.Null(Parse(line, "2026-01-20T00:00:00Z"));

    [Theory]
    [InlineData("2026-01-01T00:00:10Z", "Dec 31 23:59:59", "2025-12-31T22:59:59.000Z")]
    [InlineData("2025-12-31T22:59:58Z", "Jan  1 00:00:00", "2025-12-31T23:00:00.000Z")]
    [InlineData("2026-06-15T12:00:00Z", "Jun 16 13:00:00", "2026-06-16T11:00:00.000Z")]
    [InlineData("2026-06-15T12:00:00Z", "Jun 16 15:00:00", "2025-06-16T13:00:00.000Z")]
    [InlineData("2026-06-15T12:00:00Z", "Feb 29 12:00:00", "2024-02-29T11:00:00.000Z")]
    [InlineData("2026-11-01T00:00:00Z", "Oct 25 02:30:00", "2026-10-25T00:30:00.000Z")]
    public void The_year_is_the_latest_one_that_is_not_in_the_future(string now, string printed, string time) =>
        Assert.Equal(time, UtcTimestamp.Format(Parse($"{printed} host fail2ban.actions[1]: NOTICE [sshd] Ban 192.0.2.1", now)!.DetectedAt));

    private static Ban? Parse(string line, string now)
    {
        FakeTimeProvider clock = new(UtcTimestamp.Parse(now)!.Value);
        clock.SetLocalTimeZone(Berlin);
        return SyslogLine.Parse(line, "web1", clock);
    }
}
