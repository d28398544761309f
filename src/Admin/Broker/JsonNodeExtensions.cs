using System.Text.Json;
using System.Text.Json.Nodes;

namespace F2bBroker.Admin.Broker;

/// <summary>Reads the management API's answers, whose fields may be missing.</summary>
internal static class JsonNodeExtensions
{
    /// <summary>
    /// Returns the element as a node. If a field occurs twice, the last one counts: RabbitMQ 3.10 repeats <c>online</c> of a quorum queue
    /// that has lost a node, and <see cref="JsonObject"/> would throw when it is read.
    /// </summary>
    public static JsonNode? ToNode(this JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                JsonObject fields = [];
                foreach (JsonProperty field in element.EnumerateObject())
                {
                    fields[field.Name] = field.Value.ToNode();
                }

                return fields;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(ToNode)]);
            default:
                return element.ValueKind == JsonValueKind.Null ? null : JsonValue.Create(element);
        }
    }

    /// <summary>Returns the elements of an array; none if it is null or not an array.</summary>
    public static IEnumerable<JsonNode> Rows(this JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    /// <summary>Returns the text of a field; empty if it is missing or null.</summary>
    public static string Text(this JsonNode? node, string key) => node?[key]?.ToString() ?? "";
}
