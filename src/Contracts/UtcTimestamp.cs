using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>Formats and parses times as text: UTC, to the millisecond, <c>2026-11-23T02:44:23.706Z</c>.</summary>
public static partial class UtcTimestamp
{
    private const string Layout = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // 2026-11-23T02:44:23Z, with up to seven digits of a second: other languages print them.
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z\z")]
    private static partial Regex Pattern { get; }

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Layout, CultureInfo.InvariantCulture);

    /// <summary>Returns the time, truncated to the millisecond; null if the text is not a UTC time of the calendar.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (!Pattern.IsMatch(text)
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
        {
            return null;
        }

        return new DateTimeOffset(time.Ticks - time.Ticks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
    }
}
