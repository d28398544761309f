using F2bBroker.Admin.Doctor;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class ExpectedBansTests
{
    [Fact]
    public void A_ban_is_expected_after_a_minute_until_a_minute_before_its_end()
    {
        Assert.Equal(["203.0.113.2", "203.0.113.3"], Select(10, [], [
            Line("203.0.113.1", seconds: 59),
            Line("203.0.113.2", seconds: 60),
            Line("203.0.113.3", seconds: 539),
            Line("203.0.113.4", seconds: 540),
        ]));
    }

    [Fact]
    public void A_permanent_ban_is_expected_however_old_it_is() =>
        Assert.Equal(["203.0.113.1"], Select(null, [], [Line("203.0.113.1", seconds: 100_000_000)]));

    [Fact]
    public void An_address_is_expected_once_and_a_network_as_such() =>
        Assert.Equal(["203.0.113.1", "2001:db8::1", "203.0.113.0/24"], Select(10, [], [
            Line("203.0.113.1"),
            Line("2001:db8::1"),
            Line("203.0.113.1", seconds: 130),
            Line("203.0.113.0/24"),
        ]));

    [Fact]
    public void What_is_inside_an_ignored_network_is_not_expected() =>
        Assert.Equal(["203.0.112.0/23", "198.51.100.2"], Select(10, ["203.0.113.0/24", "198.51.100.1", "2001:db8::/32"], [
            Line("203.0.113.1"),
            Line("203.0.113.128/25"),
            Line("203.0.113.0/24"),
            Line("203.0.112.0/23"),
            Line("198.51.100.1"),
            Line("198.51.100.2"),
            Line("2001:db8::1"),
        ]));

    [Fact]
    public void Only_lines_that_the_jail_matches_are_expected() =>
        Assert.Empty(Select(10, [], [
            Line("203.0.113.1") with { Text = MonitoredLogLine.ReportText(Some.Ban("203.0.113.1")) },
            Line("203.0.113.1") with { Text = MonitoredLogLine.BanText(Some.Ban("203.0.113.1")).Replace("Ban", "Trial") },
        ]));

    [Fact]
    public void A_ban_that_a_later_line_pardons_is_not_expected()
    {
        string at = UtcTimestamp.Format(Some.Time);
        string[] lines =
        [
            Text(Line("203.0.113.4")),
            $"{at} Pardon 203.0.113.0/30 operator=alice until=-",
            $"{at} Pardon 203.0.113.4 operator=alice until=-",
            $"{at} Pardon 203.0.113.9 operator=alice until=2000-01-01T00:00:00.000Z",
            Text(Line("203.0.113.1")),
            Text(Line("203.0.113.4")),
            Text(Line("203.0.113.5")),
            Text(Line("203.0.113.9")),
        ];
        Assert.Equal(["203.0.113.4", "203.0.113.5", "203.0.113.9"], Select(10, [], lines));
    }

    [Fact]
    public void The_last_whole_lines_of_the_log_are_read_newest_first()
    {
        using TempFolder folder = new();
        string old = MonitoredLogLine.Format(Some.Time, MonitoredLogLine.BanText(Some.Ban("203.0.113.1")));
        string[] last = [.. Enumerable.Range(2, 3).Select(i => Line($"203.0.113.{i}")).Select(Print)];
        File.WriteAllText(
            folder["bans.log"],
            string.Concat(Enumerable.Repeat(old, 3000)) + "x\n\n" + string.Concat(last) + last[0].TrimEnd('\n')[..^1]);
        string[] read = [.. MonitoredLogTail.Read(folder["bans.log"])];
        Assert.Equal(last.Reverse(), read.Take(3).Select(line => $"{line}\n"));
        Assert.InRange(read.Length, 1000, 2999);
    }

    private static string Print(MonitoredLogLine line) => MonitoredLogLine.Format(line.WrittenAt, line.Text);

    private static string Text(MonitoredLogLine line) => Print(line).TrimEnd('\n');

    private static MonitoredLogLine Line(string ip, int seconds = 120) =>
        new(Some.Time.AddSeconds(-seconds), MonitoredLogLine.BanText(Some.Ban(ip)), Some.Ban(ip));

    private static IEnumerable<string> Select(int? minutes, string[] ignored, MonitoredLogLine[] lines) =>
        Select(minutes, ignored, lines.Select(Text));

    private static IEnumerable<string> Select(int? minutes, string[] ignored, IEnumerable<string> lines) =>
        new ExpectedBans(minutes is { } banTime ? TimeSpan.FromMinutes(banTime) : null, [.. ignored.Select(Subnet.Parse)!], Some.Time)
            .Select(lines)
            .Select(ip => ip.ToString());
}
