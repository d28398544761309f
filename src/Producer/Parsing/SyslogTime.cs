using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Producer.Parsing;

/// <summary>The time and the host at the beginning of a line that a syslog daemon writes.</summary>
internal static class SyslogTime
{
    private const string ClassicFormat = "yyyy MMM d HH:mm:ss";
    private const string RoundTripFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK";

    // Jan 16 17:11:25 host
    // Jan  6 17:11:25 host
    // 2026-01-16T17:11:25.123456+01:00 host

    /// <summary>The time, the host and the blank after it.</summary>
    public const string Pattern =
        @"(?:(?<month>[A-Z][a-z]{2}) (?<day> [1-9]|[0-9]{2}) (?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})"
        + @"|(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})))"
        + @" [A-Za-z0-9._:-]{1,255} ";

    /// <summary>The facility of a message, as BusyBox prints it before a dot and the level. fail2ban has an option for it.</summary>
    public const string Facility = "(?:auth(?:priv)?|cron|daemon|ftp|kern|lpr|mail|news|syslog|user|uucp|local[0-7])";

    /// <summary>Returns the time of a match in UTC; null if the calendar does not have it.</summary>
    public static DateTimeOffset? Parse(Match match, TimeProvider time) =>
        match.Groups["time"].Success ? RoundTripTime(match) : ClassicTime(match, time);

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
