using System.Text;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.Producer.Parsing;

namespace F2bBroker.UnitTests.Producer;

public sealed class JournalEntryTests
{
    private const string NotStructured = "in the journal, but not as an entry of fail2ban's actions logger";

    // Entries as fail2ban 1.0.2 sent them in a test: by Python's journal handler and by syslog, plain and with padding.
    private const string ByJournal = """
        {"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795520650915366","_TRANSPORT":"journal","_SYSTEMD_UNIT":"fail2ban.service",
        "SYSLOG_IDENTIFIER":"fail2ban",
        "LOGGER":"fail2ban.actions","PRIORITY":"4","MESSAGE":"[sshd] Ban 192.0.2.4"}
        """;

    private const string BySyslog = """
        {"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795520650915366","_TRANSPORT":"syslog","_SYSTEMD_UNIT":"fail2ban.service",
        "SYSLOG_IDENTIFIER":"fail2ban.actions",
        "PRIORITY":"5","MESSAGE":"NOTICE [sshd] Ban 192.0.2.4"}
        """;

    private const string ByPaddedSyslog = """
        {"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795520650915366","_TRANSPORT":"syslog","_SYSTEMD_UNIT":"fail2ban.service",
        "PRIORITY":"5","MESSAGE":"fail2ban.actions        [24371]: NOTICE  [sshd] Ban 192.0.2.4"}
        """;

    private const string Failure = "Failed to execute ban jail 'f2bbroker' action 'record' info 'ActionInfo({})': Error banning 192.0.2.4";

    [Theory]
    [InlineData(ByJournal)]
    [InlineData(BySyslog)]
    [InlineData(ByPaddedSyslog)]
    public void A_ban_is_read_with_its_cursor_and_the_journals_time(string line) =>
        Assert.Equal(
            new JournalEntry(
                "s=1;i=2",
                Some.Ban("192.0.2.4", at: new DateTimeOffset(2026, 11, 24, 11, 44, 10, 915, TimeSpan.Zero))),
            Parse(line));

    [Theory]
    [InlineData(ByJournal, "MESSAGE", "[jail with space] Ban 2001:db8::1", "jail with space", "2001:db8::1")]
    [InlineData(ByJournal, "MESSAGE", "[sshd] Ban 203.0.113.0/24", "sshd", "203.0.113.0/24")]
    [InlineData(ByJournal, "PRIORITY", "5", "sshd", "192.0.2.4")]
    [InlineData(ByJournal, "__REALTIME_TIMESTAMP", "253402300799999999", "sshd", "192.0.2.4")]
    [InlineData(BySyslog, "MESSAGE", "WARNING [ssh] Ban 192.0.2.1", "ssh", "192.0.2.1")]
    [InlineData(BySyslog, "SYSLOG_IDENTIFIER", "fail2ban.server.actions", "sshd", "192.0.2.4")]
    [InlineData(ByPaddedSyslog, "MESSAGE", "fail2ban.actions[1]: NOTICE [sshd] Ban 192.0.2.1", "sshd", "192.0.2.1")]
    public void A_ban_of_another_version_is_read(string line, string field, string value, string jail, string ip)
    {
        Ban? ban = Parse(With(line, field, value))?.Ban;
        Assert.Equal((jail, ip), (ban?.Jail, ban?.Ip.ToString()));
    }

    [Theory]
    [InlineData(ByJournal, "_SYSTEMD_UNIT", "session-1.scope")]
    [InlineData(BySyslog, "_SYSTEMD_UNIT", "user@1000.service")]
    [InlineData(ByPaddedSyslog, "_SYSTEMD_UNIT", "xfail2ban.service")]
    [InlineData(ByJournal, "_SYSTEMD_UNIT", null)]
    [InlineData(ByJournal, "_TRANSPORT", "stdout")]
    [InlineData(ByJournal, "_TRANSPORT", "syslog")]
    [InlineData(BySyslog, "_TRANSPORT", "stdout")]
    [InlineData(BySyslog, "_TRANSPORT", "journal")]
    [InlineData(ByPaddedSyslog, "_TRANSPORT", null)]
    [InlineData(ByJournal, "LOGGER", "fail2ban.filter")]
    [InlineData(ByJournal, "LOGGER", null)]
    [InlineData(BySyslog, "SYSLOG_IDENTIFIER", "fail2ban.filter")]
    [InlineData(BySyslog, "SYSLOG_IDENTIFIER", null)]
    [InlineData(BySyslog, "LOGGER", "fail2ban.filter")]
    [InlineData(ByPaddedSyslog, "SYSLOG_IDENTIFIER", "action")]
    [InlineData(ByJournal, "PRIORITY", "6")]
    [InlineData(BySyslog, "PRIORITY", "3")]
    [InlineData(ByPaddedSyslog, "PRIORITY", null)]
    [InlineData(ByJournal, "MESSAGE", "[sshd] Restore Ban 192.0.2.4")]
    [InlineData(ByJournal, "MESSAGE", "[sshd] Ban bob smith] Ban 8.8.8.8")]
    [InlineData(ByJournal, "MESSAGE", "[sshd] Ban 192.0.2.4 ")]
    [InlineData(ByJournal, "MESSAGE", "[sshd] Ban 192.0.2.4\n")]
    [InlineData(ByJournal, "MESSAGE", "x [sshd] Ban 192.0.2.4")]
    [InlineData(ByJournal, "MESSAGE", "NOTICE [sshd] Ban 192.0.2.4")]
    [InlineData(BySyslog, "MESSAGE", "[sshd] Ban 192.0.2.4")]
    [InlineData(BySyslog, "MESSAGE", "INFO [sshd] Ban 192.0.2.4")]
    [InlineData(BySyslog, "MESSAGE", "NOTICE [sshd] Ban 192.0.2.4\nNOTICE [sshd] Ban 9.9.9.9")]
    [InlineData(
        ByPaddedSyslog,
        "MESSAGE",
        "fail2ban.filter         [1]: WARNING [sshd] Line with odd timestamp: fail2ban.actions        [1]: NOTICE  [sshd] Ban 9.9.9.9")]
    [InlineData(ByPaddedSyslog, "MESSAGE", "fail2ban.filter         [1]: NOTICE  [sshd] Ban 9.9.9.9")]
    [InlineData(ByPaddedSyslog, "MESSAGE", "NOTICE [sshd] Ban 9.9.9.9")]
    [InlineData(ByJournal, "__REALTIME_TIMESTAMP", "99999999999999999999")]
    [InlineData(ByJournal, "__REALTIME_TIMESTAMP", "9223372036854775807")]
    [InlineData(ByJournal, "__REALTIME_TIMESTAMP", "-1")]
    [InlineData(ByJournal, "__REALTIME_TIMESTAMP", null)]
    public void An_entry_that_only_resembles_a_ban_is_not_a_ban(string line, string field, string? value)
    {
        JournalEntry entry = Parse(With(line, field, value))!;
        Assert.Null(entry.Ban);
        Assert.NotNull(entry.Skipped);
    }

    [Theory]
    [InlineData(ByJournal, "[sshd] Restore Ban 192.0.2.4", "Restore Ban")]
    [InlineData(ByJournal, "[sshd] Reban 192.0.2.4, action 'nftables'", "Reban")]
    [InlineData(BySyslog, "NOTICE [sshd] 192.0.2.4 already banned", "already banned")]
    [InlineData(BySyslog, "NOTICE [sshd] Repeal Ban 192.0.2.4", "Repeal Ban")]
    [InlineData(ByPaddedSyslog, "fail2ban.actions        [1]: NOTICE  [sshd] Restore Ban 192.0.2.4", "Restore Ban")]
    [InlineData(ByJournal, "[sshd] Ban bob smith] Ban 8.8.8.8", "not of an address or network")]
    [InlineData(ByPaddedSyslog, "7F2D461EA040 NOTICE [sshd] Ban 192.0.2.4", NotStructured)]
    [InlineData(ByPaddedSyslog, "+ 1743 7FC47760D040 fail2ban.actions NOTICE [sshd] Ban 192.0.2.4", NotStructured)]
    [InlineData(ByJournal, "2026-11-23 02:49:54,613 fail2ban.actions        [1]: NOTICE  [sshd] Ban 192.0.2.4", NotStructured)]
    [InlineData(ByPaddedSyslog, "fail2ban.filter         [1]: WARNING [sshd] Match: NOTICE [sshd] Ban 9.9.9.9", "another message")]
    [InlineData(ByPaddedSyslog, "fail2ban.filter         [1]: NOTICE  [sshd] Ban 9.9.9.9", "another message")]
    public void An_entry_about_a_ban_is_counted_under_its_reason(string line, string message, string reason) =>
        Assert.Equal(reason, Parse(With(line, "MESSAGE", message))!.Skipped?.Text);

    [Theory]
    [InlineData(ByJournal, "MESSAGE", "[f2bbroker] Ban 192.0.2.4", nameof(EnforcementResult.Banned))]
    [InlineData(ByJournal, "MESSAGE", "[f2bbroker-x] Restore Ban 2001:db8::1", nameof(EnforcementResult.Restored))]
    [InlineData(ByJournal, "MESSAGE", "[f2bbroker] 192.0.2.4 already banned", nameof(EnforcementResult.AlreadyBanned))]
    [InlineData(ByJournal, "MESSAGE", "[f2bbroker] Ignore 192.0.2.4, expired bantime", nameof(EnforcementResult.Ignored))]
    [InlineData(ByJournal, "MESSAGE", Failure, nameof(EnforcementResult.Failed))]
    [InlineData(BySyslog, "MESSAGE", "NOTICE [f2bbroker] Restore Ban 192.0.2.4", nameof(EnforcementResult.Restored))]
    [InlineData(BySyslog, "MESSAGE", $"ERROR {Failure}", nameof(EnforcementResult.Failed))]
    [InlineData(
        ByPaddedSyslog,
        "MESSAGE",
        "fail2ban.filter         [1]: INFO    [f2bbroker] Ignore 192.0.2.4 by ip",
        nameof(EnforcementResult.Ignored))]
    [InlineData(ByPaddedSyslog, "MESSAGE", $"fail2ban.actions        [1]: ERROR   {Failure}", nameof(EnforcementResult.Failed))]
    public void What_fail2ban_did_with_a_shared_ban_is_read_with_the_journals_time(
        string line,
        string field,
        string value,
        string result) =>
        Assert.Equal(
            new EnforcementLine(
                Enum.Parse<EnforcementResult>(result),
                new DateTimeOffset(2026, 11, 24, 11, 44, 10, 915, TimeSpan.Zero)),
            Parse(With(line, field, value))!.Enforcement);

    [Theory]
    [InlineData(ByJournal, "[f2bbroker] Ignore 192.0.2.4 by ip", null)] // The logger is that of the actions.
    [InlineData(ByJournal, "[f2bbroker-pardon] Ban 192.0.2.4", null)]
    [InlineData(ByJournal, "[sshd] Ban 192.0.2.4", null)]
    [InlineData(ByJournal, "[f2bbroker] Ban 192.0.2.4\nx", null)]
    [InlineData(ByJournal, "x\n[f2bbroker] Ban 192.0.2.4", null)]
    [InlineData(ByJournal, "NOTICE [f2bbroker] Ban 192.0.2.4", null)]
    [InlineData(BySyslog, "[f2bbroker] Ban 192.0.2.4", null)]
    [InlineData(BySyslog, "x NOTICE [f2bbroker] Ban 192.0.2.4", null)]
    [InlineData(ByPaddedSyslog, "fail2ban.filter [1]: WARNING [sshd] fail2ban.actions [1]: NOTICE [f2bbroker] Ban 192.0.2.4", null)]
    [InlineData(ByPaddedSyslog, "NOTICE [f2bbroker] Ban 192.0.2.4", null)]
    [InlineData(ByJournal, "[f2bbroker] Ban 192.0.2.4", "_SYSTEMD_UNIT")]
    [InlineData(ByJournal, "[f2bbroker] Ban 192.0.2.4", "_TRANSPORT")]
    [InlineData(ByJournal, "[f2bbroker] Ban 192.0.2.4", "LOGGER")]
    [InlineData(ByJournal, "[f2bbroker] Ban 192.0.2.4", "__REALTIME_TIMESTAMP")]
    [InlineData(BySyslog, "NOTICE [f2bbroker] Ban 192.0.2.4", "_SYSTEMD_UNIT")]
    public void An_entry_that_only_resembles_an_enforcement_is_not_one(string line, string message, string? missing)
    {
        string entry = With(line, "MESSAGE", message);
        Assert.Null(Parse(missing is null ? entry : With(entry, missing, null))!.Enforcement);
    }

    [Fact]
    public void An_ignored_address_is_read_from_the_filters_logger() => Assert.Equal(
        EnforcementResult.Ignored,
        Parse(With(With(ByJournal, "LOGGER", "fail2ban.filter"), "MESSAGE", "[f2bbroker] Ignore 192.0.2.4 by ip"))!.Enforcement?.Result);

    [Theory]
    [InlineData("""[91,115,115,104,100,93,32,66,97,110,32,49,46,50,46,51,46,52,1]""")]
    [InlineData("""["[sshd] Ban 192.0.2.4","[sshd] Ban 192.0.2.5"]""")]
    [InlineData("null")]
    [InlineData("5")]
    public void A_message_that_is_not_printable_or_sent_twice_or_too_long_is_skipped_with_its_cursor(string message) =>
        Assert.Equal(
            new JournalEntry("s=1;i=2"),
            Parse(With(ByJournal, "MESSAGE", JsonNode.Parse(message))));

    [Theory]
    [InlineData("")]
    [InlineData("-- No entries --")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"__CURSOR\":\"\"}")]
    [InlineData("{\"__CURSOR\":\"s=1\"")]
    [InlineData("{\"__CURSOR\":\"\\ud800\"}")]
    public void A_line_that_is_not_an_entry_is_not_parsed(string line) => Assert.Null(Parse(line));

    [Fact]
    public void A_line_that_is_not_UTF_8_is_not_parsed()
    {
        byte[] line = [.. "{\"__CURSOR\":\""u8, 0xb6, .. "\"}"u8];
        Assert.Null(JournalEntry.Parse(line, "web1"));
    }

    private static JournalEntry? Parse(string line) => JournalEntry.Parse(Encoding.UTF8.GetBytes(line), "web1");

    private static string With(string line, string field, JsonNode? value)
    {
        JsonNode entry = JsonNode.Parse(line)!;
        entry[field] = value;
        return entry.ToJsonString();
    }
}
