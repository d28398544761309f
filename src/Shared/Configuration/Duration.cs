using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Configuration;

/// <summary>Parses durations as fail2ban writes them: a number and one of <c>s m h d w</c>. A bare number is seconds.</summary>
internal static partial class Duration
{
    // 90, 90s, 15m, 12h, 1d, 2w
    [GeneratedRegex(@"^(?<count>[0-9]{1,9})(?<unit>[smhdw]?)\z")]
    private static partial Regex Pattern { get; }

    public static TimeSpan? Parse(string text)
    {
        Match match = Pattern.Match(text);
        if (!match.Success)
        {
            return null;
        }

        long seconds = match.Groups["unit"].Value switch
        {
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => 1,
        };
        return TimeSpan.FromSeconds(seconds * long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
    }
}
