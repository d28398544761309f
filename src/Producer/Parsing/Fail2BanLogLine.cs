using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>A line of fail2ban's log in which the actions logger reports that a jail banned an address or network.</summary>
/// <param name="LocalTime">The printed time: local time without a zone.</param>
/// <param name="Jail">The jail; any text.</param>
/// <param name="Ip">The banned address or network.</param>
internal sealed partial record Fail2BanLogLine(DateTime LocalTime, string Jail, Subnet Ip)
{
    // 2026-11-23 02:53:42,545 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 198.51.100.1
    //  2026-11-26 23:31:30,856 7F2D461EA040 NOTIC [sshd] Ban 203.0.113.77
    [GeneratedRegex(
        $"^(?:{LogTime.Pattern}{BanLogPattern.Head}| {LogTime.Pattern}{BanLogPattern.VerboseHead}){BanLogPattern.Pattern}",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>Parses a line without its LF; null for every line that is not a ban, however similar.</summary>
    public static Fail2BanLogLine? Parse(string line)
    {
        Match match = Pattern.Match(line);
        return BanLogPattern.Parse(match) is var (jail, ip) && LogTime.Parse(match) is { } time
            ? new Fail2BanLogLine(time, jail, ip)
            : null;
    }

    /// <summary>Returns the ban of this server; null if its time does not exist in UTC.</summary>
    public Ban? ToBan(string server, TimeZoneInfo zone) =>
        LocalTimeConverter.ToUtc(LocalTime, zone) is { } at ? new Ban(Ip, Jail, server, at) : null;
}
