using F2bBroker.Contracts;
using F2bBroker.Producer.Parsing;

namespace F2bBroker.UnitTests.Producer;

public sealed class Fail2BanLogLineTests
{
    [Theory]
    [InlineData("2011-05-01 15:23:56,380 fail2ban.actions: WARNING [ssh] Ban 192.0.2.1", "ssh", "192.0.2.1")]
    [InlineData("2014-02-10 15:23:56,380 fail2ban.actions[123]: WARNING [ssh] Ban 192.0.2.1", "ssh", "192.0.2.1")]
    [InlineData("2014-03-20 15:23:56,380 fail2ban.server.actions[123]: NOTICE  [ssh] Ban 192.0.2.1", "ssh", "192.0.2.1")]
    [InlineData("2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1", "sshd", "198.51.100.1")]
    [InlineData(
        "2026-11-23 02:49:54,613 fail2ban.actions        [29471]: NOTICE  [jail with space] Ban 198.51.100.5",
        "jail with space",
        "198.51.100.5")]
    [InlineData("2026-11-23 02:49:54,621 fail2ban.actions        [29471]: NOTICE  [sshd] Ban 2001:db8::1", "sshd", "2001:db8::1")]
    [InlineData("2026-11-23 02:49:54,648 fail2ban.actions        [29471]: NOTICE  [sshd] Ban 203.0.113.0/24", "sshd", "203.0.113.0/24")]
    public void A_ban_line_of_any_version_is_parsed(string line, string jail, string ip)
    {
        Fail2BanLogLine? ban = Fail2BanLogLine.Parse(line);
        Assert.Equal((jail, ip), (ban?.Jail, ban?.Ip.ToString()));
    }

    [Theory]
    [InlineData("2011-05-01 15:38:57,641 fail2ban.actions: WARNING [ssh] Unban 192.0.2.1")]
    [InlineData("2011-05-01 15:23:56,380 fail2ban.actions: WARNING [ssh] Ban")]
    [InlineData("2026-11-23 02:53:45,154 fail2ban.actions        [1674]: NOTICE  [sshd] Unban 198.51.100.1")]
    [InlineData("2026-11-23 02:50:09,355 fail2ban.actions        [29471]: NOTICE  [sshd] Restore Ban 198.51.100.1")]
    [InlineData("2026-11-23 02:50:09,355 fail2ban.actions        [29471]: NOTICE  [sshd] Repeal Ban 198.51.100.1")]
    [InlineData("2026-11-23 02:50:09,355 fail2ban.actions        [29471]: NOTICE  [sshd] Reban 198.51.100.1")]
    [InlineData("2026-11-23 02:50:09,355 fail2ban.actions        [29471]: NOTICE  [sshd] 198.51.100.1 already banned")]
    [InlineData(
        "2026-11-23 02:53:50,366 fail2ban.observer       [1674]: NOTICE  [sshd] Increase Ban 198.51.100.1 (2 # 8s -> 2026-11-23 02:53:58)")]
    [InlineData(
        "2026-11-23 02:53:50,366 fail2ban.observer       [1674]: INFO    [sshd] Found 198.51.100.1, bad - 2026-11-23 02:53:50, 1 # -> 2, "
            + "Ban")]
    [InlineData(
        "2026-11-23 02:49:54,418 fail2ban.filter         [29471]: INFO    [sshd] Found bob smith] Ban 8.8.8.8 - 2026-11-23 02:49:53")]
    [InlineData("2026-11-23 02:49:54,641 fail2ban.actions        [29471]: NOTICE  [sshd] Ban bob smith] Ban 8.8.8.8")]
    [InlineData("2026-11-23 02:49:54,641 fail2ban.actions        [29471]: NOTICE  [sshd] Ban [x] Ban 8.8.8.8")]
    [InlineData("2026-11-23 02:49:54,655 fail2ban.actions        [29471]: NOTICE  [sshd] Ban 198.51.100.9/alice")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [29471]: NOTICE  [sshd] Ban 14.160.0.0 ")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [29471]: NOTICE  [sshd] Ban  14.160.0.0")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [29471]: NOTICE  [sshd]  Ban 14.160.0.0")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [29471]: NOTICE  [sshd] Ban 14.160.0.0\r")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [29471]: NOTICE  [sshd] Ban 014.160.0.0")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [29471]: WARNING [sshd] Ban 8.8.8.8")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions: NOTICE  [sshd] Ban 8.8.8.8")]
    [InlineData(
        "2026-11-23 02:49:58,844 fail2ban.filter         [1]: WARNING [sshd] Please check a jail for a timing issue. Line with odd "
            + "timestamp: 2026-11-23 02:49:58,844 fail2ban.actions        [1]: NOTICE  [sshd] Ban 9.9.9.9")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actionsx       [1]: NOTICE  [sshd] Ban 8.8.8.8")]
    [InlineData("2026-13-23 02:49:58,844 fail2ban.actions        [1]: NOTICE  [sshd] Ban 8.8.8.8")]
    [InlineData("2026-11-23 02:49:58,844 fail2ban.actions        [1]: NOTICE  [] Ban 8.8.8.8")]
    [InlineData(" 2026-11-23 02:49:58,844 fail2ban.actions        [1]: NOTICE  [sshd] Ban 8.8.8.8")]
    [InlineData("")]
    public void A_line_that_only_resembles_a_ban_is_not_parsed(string line) => Assert.Null(Fail2BanLogLine.Parse(line));

    [Theory]
    [InlineData("2026-07-01 12:00:00,123", "2026-07-01T10:00:00.123Z")]
    [InlineData("2026-12-01 12:00:00,123", "2026-12-01T11:00:00.123Z")]
    [InlineData("2026-10-25 02:30:00,000", "2026-10-25T00:30:00.000Z")]
    [InlineData("2026-03-29 02:30:00,000", "2026-03-29T01:30:00.000Z")]
    public void Local_time_becomes_UTC_and_the_repeated_hour_is_its_first_pass(string local, string utc)
    {
        Fail2BanLogLine line = Fail2BanLogLine.Parse($"{local} fail2ban.actions        [1]: NOTICE  [sshd] Ban 203.0.113.7")!;
        Assert.Equal(utc, UtcTimestamp.Format(line.ToBan("web1", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))!.DetectedAt));
    }

    [Fact]
    public void The_first_and_the_last_time_of_the_calendar_exist_in_UTC()
    {
        Assert.Equal(DateTimeOffset.MinValue, LocalTimeConverter.ToUtc(DateTime.MinValue, TimeZoneInfo.Utc));
        Assert.Equal(DateTimeOffset.MaxValue, LocalTimeConverter.ToUtc(DateTime.MaxValue, TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("0001-01-01 00:00:00,000", "Europe/Berlin")]
    [InlineData("9999-12-31 19:00:00,000", "America/New_York")]
    public void A_time_that_does_not_exist_in_UTC_is_not_a_ban(string local, string zone)
    {
        Fail2BanLogLine line = Fail2BanLogLine.Parse($"{local} fail2ban.actions        [1]: NOTICE  [sshd] Ban 203.0.113.7")!;
        Assert.Null(line.ToBan("web1", TimeZoneInfo.FindSystemTimeZoneById(zone)));
    }
}
