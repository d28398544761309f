using System.Globalization;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.Producer.Parsing;

/// <summary>
/// Parses a line of a syslog file that reports a ban of fail2ban. Any local user can produce such a line, because syslog does not verify a
/// sender's name.
/// </summary>
internal static partial class SyslogLine
{
    private const string ClassicFormat = "yyyy MMM d HH:mm:ss";
    private const string RoundTripFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK";

    // fail2ban's option facility, as BusyBox prints it.
    private const string Facility = "(?:auth(?:priv)?|cron|daemon|ftp|kern|lpr|mail|news|syslog|user|uucp|local[0-7])";

    // Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1
    // Jan  6 17:11:25 host fail2ban-server[11524]: fail2ban.actions        [11524]: NOTICE  [postfix] Ban 192.0.2.2
    // 2026-01-16T17:11:25.123456+01:00 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1
    // BusyBox: Apr 28 13:11:39 host daemon.notice fail2ban.actions[123]: NOTICE [sshd] Ban 192.0.2.1
    [GeneratedRegex(
        @"^(?:(?<month>[A-Z][a-z]{2}) (?<day> [1-9]|[0-9]{2}) (?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
        + @"|(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})))"
        + @" [A-Za-z0-9._:-]{1,255} "
        + $@"(?:(?:fail2ban-server\[[1-9][0-9]{{0,9}}\]: )?{BanLogPattern.Head}|{Facility}\.notice {BanLogPattern.NoticeHead})"
        + BanLogPattern.Pattern,
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    /// <summary>Parses a line without its LF; null if it is not a ban.</summary>
    public static Ban? Parse(string line, string server, TimeProvider time)
    {
        Match match = Pattern.Match(line);
        return
            BanLogPattern.Parse(match) is var (jail, ip)
            && (match.Groups["time"].Success ? RoundTripTime(match) : ClassicTime(match, time)) is { } at
            ? new Ban(ip, jail, server, at)
            : null;
    }

    private static DateTimeOffset? RoundTripTime(Match match) =>
        DateTimeOffset.TryParseExact(
            match.Groups["time"].Value,
            RoundTripFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out DateTimeOffset at)
            ? WholeMilliseconds(at.ToUniversalTime())
            : null;

    /// <summary>Returns the time in the latest year in which it is not more than a day in the future. The year is not printed.</summary>
    private static DateTimeOffset? ClassicTime(Match match, TimeProvider time)
    {
        DateTime latest = time.GetLocalNow().DateTime.AddDays(1);
        string rest = $"{match.Groups["month"].Value} {match.Groups["day"].ValueSpan.TrimStart()} {match.Groups["clock"].Value}";
        // The 29th of February exists in leap years only. There is one in any nine years.
        return
            Enumerable
                .Range(0, 9)
                .Select(back =>
                    DateTime.TryParseExact(
                        $"{latest.Year - back} {rest}",
                        ClassicFormat,
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.None,
                        out DateTime at)
                        ? at
                        : (DateTime?)null)
                .FirstOrDefault(at => at <= latest)
                is { } local
            ? LocalTimeConverter.ToUtc(local, time.LocalTimeZone)
            : null;
    }

    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
}
