using System.Text.Json.Nodes;

namespace F2bBroker.Admin.Broker;

/// <summary>Reads the management API's answers, whose fields may be missing.</summary>
internal static class JsonNodeExtensions
{
    /// <summary>Returns the elements of an array; none if it is null or not an array.</summary>
    public static IEnumerable<JsonNode> Rows(this JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    /// <summary>Returns the text of a field; empty if it is missing or null.</summary>
    public static string Text(this JsonNode? node, string key) => node?[key]?.ToString() ?? "";
}
