using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// The routing key of a binding of an error queue. It tells operators which server is quarantined and until when: <c>quarantined web1 until
/// 2026-11-23T03:14:24.312Z</c>. The exchange is fanout, so the key does not route anything.
/// </summary>
public static partial class QuarantineRoutingKey
{
    [GeneratedRegex(@"^quarantined (?<server>[a-z0-9.-]+) until (?<until>[^ ]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    public static string Format(string server, DateTimeOffset until) => $"quarantined {server} until {UtcTimestamp.Format(until)}";

    /// <summary>Returns the quarantined server and the end of the quarantine; null if the key has another form.</summary>
    public static (string Server, DateTimeOffset Until)? Parse(string key)
    {
        Match match = Pattern.Match(key);
        return UtcTimestamp.Parse(match.Groups["until"].Value) is { } until ? (match.Groups["server"].Value, until) : null;
    }
}
