using F2bBroker.Producer;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Producer;

public sealed class LogTargetTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_files_are_read_in_fail2bans_order()
    {
        Directory.CreateDirectory(folder["fail2ban.d"]);
        Write("fail2ban.conf", "logtarget = /1");
        Assert.Equal("/1", Read());
        Write("fail2ban.d/b.conf", "logtarget = /3");
        Write("fail2ban.d/a.conf", "logtarget = /2");
        Assert.Equal("/3", Read());
        Write("fail2ban.local", "loglevel = INFO\nlogtarget = /4");
        Assert.Equal("/4", Read());
        Write("fail2ban.d/a.local", "logtarget = /5");
        Assert.Equal("/5", Read());
    }

    [Theory]
    [InlineData("[Definition]\nlogtarget = SYSLOG ; comment", "SYSLOG")]
    [InlineData("[Definition]\nLogTarget: SYSLOG[facility=USER]", "SYSLOG")]
    [InlineData("[Definition]\n# logtarget = SYSLOG\nlogtarget=/var/log/fail2ban.log", "/var/log/fail2ban.log")]
    [InlineData("[DEFAULT]\nlogtarget = STDOUT\n[Definition]\nloglevel = INFO", "STDOUT")]
    [InlineData("[Definition]\nlogtarget = SYSLOG\n[DEFAULT]\nlogtarget = STDOUT", "SYSLOG")]
    [InlineData("[Definition]\nlogtarget = %(target)s\n[DEFAULT]\nlogtarget = STDOUT", null)]
    [InlineData("[Thread]\nlogtarget = STDOUT", null)]
    [InlineData("", null)]
    public void The_target_is_the_one_that_fail2ban_reads(string text, string? target)
    {
        File.WriteAllText(folder["fail2ban.conf"], text);
        Assert.Equal(target, Read());
    }

    [Fact]
    public void Without_fail2ban_there_is_no_target() => Assert.Null(LogTarget.ReadFrom(folder["nowhere"]));

    [Theory]
    [InlineData("syslog", "Its logtarget is syslog, which leaves no file: set [producer] source = journal.")]
    [InlineData("SYSTEMD-JOURNAL", "Its logtarget is SYSTEMD-JOURNAL, which leaves no file: set [producer] source = journal.")]
    [InlineData(
        "STDOUT",
        "Its logtarget is STDOUT, which leaves no file: set logtarget in fail2ban.local to a file, or to SYSTEMD-JOURNAL and [producer] "
            + "source = journal.")]
    [InlineData("/var/log/other.log", "Name the file that fail2ban logs to (fail2ban-client get logtarget).")]
    public void A_missing_log_is_explained_by_the_target(string target, string explanation) =>
        Assert.Equal(
            [$"[producer] logpath: {folder["f.log"]} does not exist. {explanation}"],
            ProducerFileCheck.FindErrors(SettingsWith(), new LogTarget(target)));

    [Theory]
    [InlineData(
        "SYSTEMD-JOURNAL",
        "",
        "[producer] logpath: fail2ban does not write to LOG. Its logtarget is SYSTEMD-JOURNAL, which leaves no file: set [producer] "
            + "source = journal.")]
    [InlineData(
        "/var/log/fail2ban.log",
        "producer:source=journal",
        "[producer] source: fail2ban's logtarget is /var/log/fail2ban.log, so its bans do not reach the journal as structured entries. "
            + "Set logtarget = SYSTEMD-JOURNAL in fail2ban.local.")]
    [InlineData(
        "systemd-journal",
        "producer:source=journal",
        "[producer] source: fail2ban's logtarget is systemd-journal, so its bans do not reach the journal as structured entries. Set "
            + "logtarget = SYSTEMD-JOURNAL in fail2ban.local.")]
    public void A_source_that_fail2ban_does_not_write_to_causes_a_warning(string target, string setting, string warning)
    {
        File.WriteAllText(folder["f.log"], "");
        Assert.Equal(
            [warning.Replace("LOG.", folder["f.log"] + ".", StringComparison.Ordinal)],
            ProducerFileCheck.FindWarnings(SettingsWith(setting), new LogTarget(target)));
    }

    [Theory]
    [InlineData("/var/log/fail2ban.log", "producer:source=file")]
    [InlineData("SYSLOG", "producer:format=syslog")]
    [InlineData("SYSLOG", "producer:source=journal")]
    [InlineData("SYSTEMD-JOURNAL", "producer:source=journal")]
    public void A_source_that_fail2ban_writes_to_causes_no_warning(string target, string setting)
    {
        File.WriteAllText(folder["f.log"], "");
        Assert.Empty(ProducerFileCheck.FindWarnings(SettingsWith(setting), new LogTarget(target)));
    }

    private void Write(string name, string lines) => File.WriteAllText(folder[name], $"[Definition]\n{lines}\n");

    private string? Read() => LogTarget.ReadFrom(folder.Path)?.Name;

    private Settings SettingsWith(params string[] settings) =>
        Some.Settings([
            $"producer:logpath={folder["f.log"]}",
            $"producer:checkpoint={folder["checkpoint"]}",
            .. settings.Where(setting => setting.Length > 0),
        ]);
}
