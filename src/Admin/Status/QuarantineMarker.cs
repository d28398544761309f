using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>
/// The binding by which a consumer of version 0.1 shows a quarantine, which it does not report in health messages: its error queue is
/// bound again, with the key <c>quarantined web1 until 2026-11-23T03:14:24.312Z</c>.
/// </summary>
internal static partial class QuarantineMarker
{
    [GeneratedRegex(@"^quarantined (?<server>[a-z0-9.-]+) until (?<until>[^ ]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Key { get; }

    /// <summary>Returns the quarantined server and the end of the quarantine; null if the binding is another one.</summary>
    public static (string Server, DateTimeOffset Until)? Parse(JsonNode binding)
    {
        Match match = Key.Match(binding.Text("routing_key"));
        return binding.Text("source").EndsWith(Topology.ErrorSuffix, StringComparison.Ordinal)
            && UtcTimestamp.Parse(match.Groups["until"].Value) is { } until
            ? (match.Groups["server"].Value, until)
            : null;
    }
}
