using F2bBroker.Producer.Checks;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Producer;

public sealed class Fail2BanCheckTests : IDisposable
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

    [Theory]
    [InlineData("INFO", false)]
    [InlineData("NOTICE", false)]
    [InlineData("notice ; comment", false)]
    [InlineData("HEAVYDEBUG", false)]
    [InlineData("25", false)]
    [InlineData("26", true)]
    [InlineData("WARNING", true)]
    [InlineData("error", true)]
    [InlineData("CRITICAL ; comment", true)]
    [InlineData("%(level)s", false)]
    public void A_level_above_NOTICE_hides_bans(string level, bool isHiding)
    {
        Write("fail2ban.local", $"loglevel = {level}");
        Assert.Equal(isHiding, Fail2BanSettings.ReadFrom(folder.Path).HidesBans);
    }

    [Theory]
    [InlineData("/f[datetime=off]", true, false)]
    [InlineData("/f[padding=off, datetime = \"0\"] ; comment", true, false)]
    [InlineData("/f[datetime = on]", false, false)]
    [InlineData("/f[datetime='yes', padding=off]", false, false)]
    [InlineData("/f[format=\"%%(asctime)s %%(message)s\"]", false, true)]
    [InlineData("SYSLOG[datetime=off]", false, false)]
    [InlineData("/f", false, false)]
    public void Options_that_make_lines_unreadable_are_found(string target, bool isUndated, bool hasOwnFormat)
    {
        Write("fail2ban.local", $"logtarget = {target}");
        LogTarget read = Fail2BanSettings.ReadFrom(folder.Path).Target!;
        Assert.Equal((isUndated, hasOwnFormat), (read.IsUndated, read.HasOwnFormat));
    }

    [Fact]
    public void Without_fail2ban_there_is_no_target() => Assert.Null(Fail2BanSettings.ReadFrom(folder["nowhere"]).Target);

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
            ProducerFileCheck.FindErrors(SettingsWith(), new Fail2BanSettings(new LogTarget(target), null)));

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
            Fail2BanCheck.FindErrors(SettingsWith(setting), new Fail2BanSettings(new LogTarget(target), null)));
    }

    [Theory]
    [InlineData("/var/log/fail2ban.log", "producer:source=file")]
    [InlineData("SYSLOG", "producer:format=syslog")]
    [InlineData("SYSLOG", "producer:source=journal")]
    [InlineData("SYSTEMD-JOURNAL", "producer:source=journal")]
    public void A_source_that_fail2ban_writes_to_causes_no_warning(string target, string setting)
    {
        File.WriteAllText(folder["f.log"], "");
        Assert.Empty(Fail2BanCheck.FindErrors(SettingsWith(setting), new Fail2BanSettings(new LogTarget(target), null)));
    }

    [Fact]
    public void Settings_under_which_no_ban_is_shared_cause_a_warning()
    {
        File.WriteAllText(folder["f.log"], "fail2ban.server         [1]: INFO    Starting Fail2ban v1.1.0\n");
        Assert.Equal(
            [
                "fail2ban's loglevel is ERROR, so it does not log its bans. Set loglevel = INFO in fail2ban.local, and run "
                    + "fail2ban-client set loglevel INFO.",
                "fail2ban's logtarget /f has datetime=off, so its lines have no date and its bans are not shared. Remove datetime=off in "
                    + "fail2ban.local, and restart fail2ban.",
                $"[producer] logpath: The last lines of {folder["f.log"]} are without a date, so bans in them are not shared. Remove "
                    + "datetime=off from fail2ban's logtarget, and restart fail2ban.",
            ],
            Fail2BanCheck.FindErrors(SettingsWith(), new Fail2BanSettings(LogTarget.Parse("/f[datetime=off]"), "ERROR")));
    }

    [Fact]
    public void A_running_fail2ban_that_writes_elsewhere_is_named()
    {
        File.WriteAllText(folder["f.log"], "");
        File.WriteAllText(folder["other.log"], "");
        File.CreateSymbolicLink(folder["link.log"], folder["f.log"]);
        Assert.Equal(
            [
                $"[producer] logpath: fail2ban does not write to {folder["f.log"]} but to {folder["other.log"]}. Set logpath to the file "
                    + "of fail2ban's logtarget.",
            ],
            FindErrors("other.log"));
        Assert.Empty(FindErrors("f.log"));
        Assert.Empty(FindErrors("link.log"));

        IEnumerable<string> FindErrors(string target) => Fail2BanCheck.FindErrors(
            SettingsWith(),
            new Fail2BanSettings(new LogTarget(folder[target]), "INFO", IsRunning: true));
    }

    private void Write(string name, string lines) => File.WriteAllText(folder[name], $"[Definition]\n{lines}\n");

    private string? Read() => Fail2BanSettings.ReadFrom(folder.Path).Target?.Name;

    private Settings SettingsWith(params string[] settings) =>
        Some.Settings([
            $"producer:logpath={folder["f.log"]}",
            $"producer:checkpoint={folder["checkpoint"]}",
            .. settings.Where(setting => setting.Length > 0),
        ]);
}
