using System.Globalization;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer;

/// <summary>A line in which fail2ban's actions logger says that a jail banned an address or network.</summary>
/// <param name="LocalTime">As printed: local time without a zone.</param>
/// <param name="Jail">Free text.</param>
/// <param name="Ip">What was banned.</param>
internal sealed partial record BanLine(DateTime LocalTime, string Jail, Subnet Ip)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss,fff";

    // Foreign text (log lines, user names) stands inside other lines of fail2ban, so: both ends, exact logger, exact level, one blank each.
    // 0.8:   2011-05-01 15:23:56,380 fail2ban.actions: WARNING [ssh] Ban 192.0.2.1
    // 0.8.12 2014-02-10 15:23:56,380 fail2ban.actions[123]: WARNING [ssh] Ban 192.0.2.1
    // 0.9.0: 2014-03-20 15:23:56,380 fail2ban.server.actions[123]: NOTICE  [ssh] Ban 192.0.2.1
    // 0.9.1: 2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1
    [GeneratedRegex(
        @"^(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3}) "
        + @"(?:fail2ban\.actions(?:\[[0-9]{1,10}\])?: WARNING "
        + @"|fail2ban\.(?:server\.actions|actions {0,8})\[[0-9]{1,10}\]: NOTICE {1,2})"
        + @"\[(?<jail>[^\[\]]{1,200})\] Ban (?<ip>[0-9A-Fa-f:./]{1,49})\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>The ban that the line (without its LF) tells of, or null: every other line, however much it looks like one.</summary>
    public static BanLine? Parse(string line)
    {
        Match match = Pattern.Match(line);
        return match.Success
            && DateTime.TryParseExact(match.Groups["time"].ValueSpan, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time)
            && Subnet.Parse(match.Groups["ip"].Value) is { } ip
                ? new BanLine(time, match.Groups["jail"].Value, ip)
                : null;
    }

    /// <summary>The ban as this server reports it. The hour that repeats in autumn counts as its first pass.</summary>
    public Ban By(string server, TimeZoneInfo zone)
    {
        TimeSpan offset = zone.IsAmbiguousTime(LocalTime) ? zone.GetAmbiguousTimeOffsets(LocalTime).Max() : zone.GetUtcOffset(LocalTime);
        return new Ban(Ip, Jail, server, new DateTimeOffset(LocalTime, offset).ToUniversalTime());
    }
}
