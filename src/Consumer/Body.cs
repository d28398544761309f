using System.Text.Json;
using F2bBroker.Daemon.Messaging;

namespace F2bBroker.Consumer;

/// <summary>Says in an operator's words why a body is no ban; the JSON reader's own words name types of this program.</summary>
internal static class Body
{
    public static string FaultOf(byte[] body)
    {
        if (body.Length == 0)
        {
            return "the body is empty";
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? FaultOf(document.RootElement) : "the body is not a JSON object";
        }
        catch (JsonException)
        {
            return "the body is not JSON";
        }
    }

    private static string FaultOf(JsonElement ban)
    {
        foreach (string name in BanJson.Default.BanDetected.Properties.Select(property => property.Name))
        {
            if (!ban.TryGetProperty(name, out JsonElement field))
            {
                return $"{name} is missing";
            }

            if (field.ValueKind != JsonValueKind.String)
            {
                return $"{name} is not a text";
            }
        }

        return "a field stands twice, or is no valid text";
    }
}
