using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Producer.Parsing;

/// <summary>The time of a line that fail2ban itself writes: local time without a zone.</summary>
internal static class LogTime
{
    private const string Layout = "yyyy-MM-dd HH:mm:ss,fff";

    /// <summary>The time and the blank after it: <c>2026-11-23 02:53:42,545 </c>.</summary>
    public const string Pattern = "(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3}) ";

    /// <summary>Returns the time of a match as it is printed; null if the calendar does not have it.</summary>
    public static DateTime? Parse(Match match) =>
        DateTime.TryParseExact(
            match.Groups["time"].ValueSpan,
            Layout,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out DateTime time)
            ? time
            : null;
}
