using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Configuration;

/// <summary>A number of bans within a time: <c>5000/10m</c>.</summary>
/// <param name="Count">The number; 0 for no limit.</param>
internal sealed partial record RateLimit(int Count, TimeSpan Window)
{
    // 0, 5000/10m
    [GeneratedRegex(@"^(?:0|(?<count>[1-9][0-9]{0,6})/(?<window>[0-9]+[smhdw]?))\z")]
    private static partial Regex Pattern { get; }

    public bool IsUnlimited => Count == 0;

    /// <summary>Returns the number of bans that the limit allows in a longer time.</summary>
    public int CountWithin(TimeSpan span) => IsUnlimited ? int.MaxValue : (int)Math.Min(int.MaxValue, Count * (span / Window));

    public static RateLimit? Parse(string text)
    {
        Match match = Pattern.Match(text);
        if (!match.Groups["count"].Success)
        {
            return match.Success ? new RateLimit(0, TimeSpan.Zero) : null;
        }

        return Duration.Parse(match.Groups["window"].Value) is { Ticks: > 0 } window
            ? new RateLimit(int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture), window)
            : null;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Count} bans within {Window.TotalMinutes:0.##} minutes");
}
