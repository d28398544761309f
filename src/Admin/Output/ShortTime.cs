using System.Globalization;

namespace F2bBroker.Admin.Output;

/// <summary>Formats a number of seconds in one unit: <c>20s</c>, <c>5m</c>, <c>3h</c>, <c>2d</c>.</summary>
internal static class ShortTime
{
    public static string Format(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s"),
        < 2 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}m"),
        < 2 * 86400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0}d"),
    };
}
