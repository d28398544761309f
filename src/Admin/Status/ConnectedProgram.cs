using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>A program that is connected to the broker.</summary>
/// <param name="User">The user.</param>
/// <param name="Name"><c>consumer</c>, <c>producer</c>, or <c>other</c> for another program; null if the broker does not know it: its
/// statistics are switched off, or the connection is a few seconds old.</param>
/// <param name="Version">The version of a program of F2bBroker; null if it is unknown.</param>
/// <param name="ClockAhead">How far its host's clock was ahead of the broker's when it connected (negative: behind); null if the program
/// or the broker does not say.</param>
internal sealed record ConnectedProgram(string User, string? Name, string? Version, TimeSpan? ClockAhead)
{
    private const string Prefix = "f2bbroker-";

    /// <summary>Returns the programs of the virtual host.</summary>
    /// <param name="open">The open connections.</param>
    /// <param name="statistics">The management API's answer to <c>connections</c>: with names and clocks, but some seconds old.</param>
    public static ILookup<string, ConnectedProgram> Find(IEnumerable<JsonNode> open, JsonNode? statistics)
    {
        ILookup<string, JsonNode> known = statistics.Rows().ToLookup(connection => connection.Text("name"));
        return open
            .Where(connection => connection.Text("vhost") == Topology.VirtualHost)
            .Select(connection => FromConnection(connection.Text("user"), known[connection.Text("name")].FirstOrDefault()))
            .ToLookup(program => program.User);
    }

    private static ConnectedProgram FromConnection(string user, JsonNode? statistics)
    {
        if (statistics?["client_properties"] is not JsonObject properties)
        {
            return new ConnectedProgram(user, Name: null, Version: null, ClockAhead: null);
        }

        // f2bbroker-consumer web1 0.2.0. Any client can give itself this name.
        string[] words = properties.Text("connection_name").Split(' ');
        string? name = words[0].StartsWith(Prefix, StringComparison.Ordinal) ? words[0][Prefix.Length..] : null;
        bool isOwn = name is HealthMessage.Consumer or HealthMessage.Producer;
        DateTimeOffset? clock = UtcTimestamp.Parse(properties.Text(Topology.ClockProperty));
        return new ConnectedProgram(
            user,
            isOwn ? name : "other",
            isOwn && words.Length > 2 ? ProgramVersion.Sanitize(words[2]) : null,
            clock - ConnectedAt(statistics));
    }

    private static DateTimeOffset? ConnectedAt(JsonNode connection) =>
        connection["connected_at"] is JsonValue value && value.TryGetValue(out long milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
