using F2bBroker.Producer.Parsing;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>The times of lines about shared bans. The corpus tests which lines are read.</summary>
public sealed class EnforcementLineTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [f2bbroker] Restore Ban 198.51.100.1")]
    [InlineData(" 2026-11-23 02:53:42,545 7F2D461EA040 NOTIC [f2bbroker] Restore Ban 198.51.100.1")]
    public void A_line_of_the_log_has_its_own_time(string line) => Assert.Equal(
        new EnforcementLine(EnforcementResult.Restored, new DateTimeOffset(2026, 11, 23, 1, 53, 42, 545, TimeSpan.Zero)),
        EnforcementLine.ParseLog(line, Berlin));

    [Theory]
    [InlineData("Nov 23 02:53:42 host", 0)]
    [InlineData("2026-11-23T02:53:42.545123+01:00 host", 545)]
    public void A_line_of_a_syslog_file_has_its_own_time(string head, int milliseconds)
    {
        FakeTimeProvider clock = Some.Clock();
        clock.SetLocalTimeZone(Berlin);
        Assert.Equal(
            new EnforcementLine(EnforcementResult.Ignored, new DateTimeOffset(2026, 11, 23, 1, 53, 42, milliseconds, TimeSpan.Zero)),
            EnforcementLine.ParseSyslog($"{head} fail2ban.filter[6605]: INFO [f2bbroker] Ignore 198.51.100.1 by ip", clock));
    }

    [Theory]
    [InlineData("fail2ban.actions", true)]
    [InlineData("fail2ban.server.actions", true)]
    [InlineData("fail2ban.filter", false)]
    public void Only_the_actions_logger_of_any_version_reports_a_ban(string logger, bool isBan) =>
        Assert.Equal(
            isBan ? EnforcementResult.Banned : null,
            EnforcementLine.FindResult("NOTICE [f2bbroker] Ban 198.51.100.1", logger, hasLevel: true));

    [Theory]
    [InlineData("[f2bbroker] Ignore 198.51.100.1 by ip", true)]
    [InlineData("Failed to execute ban jail 'f2bbroker' action", true)]
    [InlineData("[sshd] Ignore 198.51.100.1 by ip", false)]
    [InlineData("[f2bbroker] Found 198.51.100.1", false)]
    [InlineData("[f2bbroker] Unban 198.51.100.1", false)]
    public void Only_lines_with_the_words_are_parsed(string line, bool isCandidate) =>
        Assert.Equal(isCandidate, EnforcementLine.IsCandidate(System.Text.Encoding.UTF8.GetBytes(line)));
}
