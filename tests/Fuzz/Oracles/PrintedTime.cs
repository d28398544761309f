using System.Globalization;

namespace F2bBroker.Fuzz.Oracles;

/// <summary>Parses the times of logs digit by digit.</summary>
/// <param name="now">The time when a syslog is read.</param>
/// <param name="offset">The offset of local time, the same all year.</param>
internal sealed class PrintedTime(DateTimeOffset now, TimeSpan offset)
{
    private const int YearsWithOneLeapYear = 9;

    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    public DateTimeOffset? ParseFileTime(string text) =>
        Numbers(text, "0000-00-00 00:00:00,000") is [var year, var month, var day, var hour, var minute, var second, var millisecond]
            ? Utc(Moment(year, month, day, hour, minute, second)?.AddMilliseconds(millisecond), offset)
            : null;

    public DateTimeOffset? ParseSyslogTime(string text) => char.IsAsciiLetter(text[0]) ? Classic(text) : RoundTrip(text);

    private DateTimeOffset? Classic(string text)
    {
        int month = Array.IndexOf(Months, text[..3]) + 1;
        string rest = text[4] == ' ' && text[5] != '0' ? $"{text[..4]}0{text[5..]}" : text;
        if (Numbers(rest[3..], " 00 00:00:00") is not [var day, var hour, var minute, var second])
        {
            return null;
        }

        DateTime latest = now.Add(offset).UtcDateTime.AddDays(1);
        DateTime? last = Enumerable.Range(0, YearsWithOneLeapYear)
            .Select(back => Moment(latest.Year - back, month, day, hour, minute, second))
            .FirstOrDefault(time => time <= latest);
        return Utc(last, offset);
    }

    private static DateTimeOffset? RoundTrip(string text)
    {
        int zone = text.Length > 19 ? text.AsSpan(19).IndexOfAny("Z+-") + 19 : 0;
        if (zone < 19 || Numbers(text[..19], "0000-00-00T00:00:00") is not [var year, var month, var day, var hour, var minute, var second])
        {
            return null;
        }

        string fraction = text[19..zone];
        bool isFraction =
            fraction.Length == 0
            || fraction[0] == '.' && fraction.Length is > 1 and <= 7 && fraction.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
        return isFraction && Zone(text[zone..]) is { } offset
            ? Utc(
                Moment(year, month, day, hour, minute, second)
                    ?.AddMilliseconds(int.Parse($"{fraction}0000"[1..4], CultureInfo.InvariantCulture)),
                offset)
            : null;
    }

    private static TimeSpan? Zone(string text) =>
        text == "Z" ? TimeSpan.Zero
        : text[0] != 'Z' && Numbers(text[1..], "00:00") is [var hours, var minutes] && minutes < 60 && hours * 60 + minutes <= 14 * 60
            ? TimeSpan.FromMinutes((hours * 60 + minutes) * (text[0] == '-' ? -1 : 1))
            : null;

    /// <summary>Returns the numbers in a text of that shape, in which 0 matches any digit and any other character matches itself.</summary>
    private static int[]? Numbers(string text, string shape)
    {
        bool fits =
            text.Length == shape.Length
            && text.Zip(shape).All(pair => pair.Second == '0' ? char.IsAsciiDigit(pair.First) : pair.First == pair.Second);
        return fits
            ?
            [
                .. text.Split([.. shape.Where(c => c != '0')], StringSplitOptions.RemoveEmptyEntries)
                    .Select(part => int.Parse(part, CultureInfo.InvariantCulture)),
            ]
            : null;
    }

    private static DateTime? Moment(int year, int month, int day, int hour, int minute, int second) =>
        year >= 1
        && month is >= 1 and <= 12
        && day >= 1
        && day <= DateTime.DaysInMonth(year, month)
        && hour < 24
        && minute < 60
        && second < 60
            ? new DateTime(year, month, day, hour, minute, second)
            : null;

    private static DateTimeOffset? Utc(DateTime? local, TimeSpan offset) =>
        local is { } time && time.Ticks - offset.Ticks is >= 0 and var ticks && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
}
