using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// Routing key of a binding of a server's error queue that says whose bans it refuses, and until when: <c>quarantined web1 until
/// 2026-11-23T03:14:24.312Z</c>.
/// The exchange is fanout, so the key routes nothing.
/// </summary>
public static partial class QuarantineRoutingKey
{
    [GeneratedRegex(@"^quarantined (?<server>[a-z0-9.-]+) until (?<until>[^ ]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    public static string Format(string server, DateTimeOffset until) => $"quarantined {server} until {UtcTimestamp.Format(until)}";

    /// <summary>Whose bans, and until when; null when the key says something else.</summary>
    public static (string Server, DateTimeOffset Until)? Parse(string key)
    {
        Match match = Pattern.Match(key);
        return UtcTimestamp.Parse(match.Groups["until"].Value) is { } until ? (match.Groups["server"].Value, until) : null;
    }
}
