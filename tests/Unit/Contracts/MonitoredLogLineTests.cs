using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class MonitoredLogLineTests
{
    [Theory]
    [InlineData("Ban", true, false)]
    [InlineData("Report", false, false)]
    [InlineData("Trial", false, true)]
    public void A_line_is_read_as_it_was_written_and_its_word_says_whether_fail2ban_bans(string word, bool isBan, bool isTrial)
    {
        string[] texts =
        [
            MonitoredLogLine.BanText(Some.Ban()),
            MonitoredLogLine.ReportText(Some.Ban()),
            MonitoredLogLine.TrialText(Some.Ban()),
        ];
        string text = $"{word} 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z";
        Assert.Contains(text, texts);
        Assert.Equal($"2026-11-23T02:45:23.706Z {text}\n", MonitoredLogLine.Format(Some.Time.AddMinutes(1), text));
        MonitoredLogLine line = MonitoredLogLine.Parse($"2026-11-23T02:45:23.706Z {text}")!;
        Assert.Equal(new MonitoredLogLine(Some.Time.AddMinutes(1), text, Some.Ban()), line);
        Assert.Equal((isBan, isTrial), (line.IsBan, line.IsTrial));
    }

    [Theory]
    [InlineData("now Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z")]
    [InlineData("2026-11-23T02:44:23.706Z Ban 203.0.113.007 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z")]
    [InlineData("2026-11-23T02:44:23.706Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44")]
    [InlineData("2026-11-23T02:44:23.706Z Unban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z")]
    public void Another_line_is_no_ban(string line) => Assert.Null(MonitoredLogLine.Parse(line));
}
