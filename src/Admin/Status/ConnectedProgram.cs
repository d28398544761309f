using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>A program that is connected to the broker.</summary>
/// <param name="User">The user.</param>
/// <param name="Name"><c>consumer</c>, <c>producer</c>, or <c>other</c> for another program.</param>
/// <param name="ClockAhead">How far its host's clock was ahead of the broker's when it connected (negative: behind); null if the program
/// did not say.</param>
internal sealed record ConnectedProgram(string User, string Name, TimeSpan? ClockAhead)
{
    private const string Prefix = "f2bbroker-";

    /// <param name="connection">A row of the management API's <c>connections</c>.</param>
    public static ConnectedProgram FromConnection(JsonNode connection)
    {
        JsonNode? properties = connection["client_properties"];
        // f2bbroker-consumer web1 0.1.0
        string name = properties.Text("connection_name");
        DateTimeOffset? clock = UtcTimestamp.Parse(properties.Text(Topology.ClockProperty));
        return new ConnectedProgram(
            connection.Text("user"),
            name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..].Split(' ')[0] : "other",
            clock - ConnectedAt(connection));
    }

    private static DateTimeOffset? ConnectedAt(JsonNode connection) =>
        connection["connected_at"] is JsonValue value && value.TryGetValue(out long milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}
