using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>
/// Parses a line of a syslog file that reports a ban of fail2ban. Any local user can produce such a line, because syslog does not verify a
/// sender's name.
/// </summary>
internal static partial class SyslogLine
{
    // Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1
    // Jan  6 17:11:25 host fail2ban-server[11524]: fail2ban.actions        [11524]: NOTICE  [postfix] Ban 192.0.2.2
    // 2026-01-16T17:11:25.123456+01:00 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1
    // BusyBox: Apr 28 13:11:39 host daemon.notice fail2ban.actions[123]: NOTICE [sshd] Ban 192.0.2.1
    [GeneratedRegex(
        $@"^{SyslogTime.Pattern}"
        + $@"(?:(?:fail2ban-server\[[1-9][0-9]{{0,9}}\]: )?{BanLogPattern.Head}|{SyslogTime.Facility}\.notice {BanLogPattern.NoticeHead})"
        + BanLogPattern.Pattern,
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>Parses a line without its LF; null if it is not a ban.</summary>
    public static Ban? Parse(string line, string server, TimeProvider time)
    {
        Match match = Pattern.Match(line);
        return BanLogPattern.Parse(match) is var (jail, ip) && SyslogTime.Parse(match, time) is { } at
            ? new Ban(ip, jail, server, at)
            : null;
    }
}
