using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Configuration;

/// <summary>Parses durations as fail2ban writes them: a number and one of <c>s m h d w</c>. A bare number is seconds.</summary>
internal static partial class Duration
{
    /// <summary>100 years. Longer ones would lead to times that .NET cannot represent.</summary>
    private const long MaxSeconds = 36_500 * 86_400L;

    // 90, 90s, 15m, 12h, 1d, 2w
    [GeneratedRegex(@"^(?<count>[0-9]{1,9})(?<unit>[smhdw]?)\z")]
    private static partial Regex Pattern { get; }

    /// <summary>Returns the duration; null for any other text and for more than 100 years.</summary>
    public static TimeSpan? Parse(string text)
    {
        Match match = Pattern.Match(text);
        if (!match.Success)
        {
            return null;
        }

        long unit = match.Groups["unit"].Value switch
        {
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => 1,
        };
        long seconds = unit * long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
        return seconds <= MaxSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
