using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class MonitoredLogLineTests
{
    private const string Line = "2026-11-23T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z";

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
    [InlineData("2026-11-23T02:44:24.312Z", "now")]
    [InlineData("Ban", "Unban")]
    [InlineData("203.0.113.7", "203.0.113.007")]
    [InlineData("203.0.113.7", "203.0.113.7/24")]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7")]
    [InlineData("jail=sshd", "jail=")]
    [InlineData("server=web1", "server=-")]
    [InlineData("server=web1", "server=web1.")]
    [InlineData("02:44:23.706Z", "02:44")]
    [InlineData("02:44:23.706Z", "24:44:23.706Z")]
    [InlineData("02:44:23.706Z", "02:44:23.706Z ")]
    public void A_line_that_no_consumer_writes_is_no_ban(string part, string other) =>
        Assert.Null(MonitoredLogLine.Parse(Line.Replace(part, other, StringComparison.Ordinal)));

    [Fact]
    public void A_jail_has_at_most_200_characters()
    {
        Assert.NotNull(MonitoredLogLine.Parse(Line.Replace("sshd", new string('j', 200), StringComparison.Ordinal)));
        Assert.Null(MonitoredLogLine.Parse(Line.Replace("sshd", new string('j', 201), StringComparison.Ordinal)));
    }
}
