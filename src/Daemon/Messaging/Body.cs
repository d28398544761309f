using System.Text.Json;
using MassTransit;

namespace F2bBroker.Daemon.Messaging;

/// <summary>Says in an operator's words why a body is no ban; the JSON reader's own words name types of this program.</summary>
internal static class Body
{
    /// <summary>Bytes; a ban has under 1,000. Of what is longer, no more than this is copied: a flood of large bodies must not cost this server as much as its sender.</summary>
    public const int Longest = 8 * 1024;

    private const string NoText = "a field stands twice, or is no valid text";

    /// <summary>Why a body of that many bytes is refused.</summary>
    public static string TooLong(long length) => $"the body has {length} bytes, allowed are {Longest}";

    /// <summary>The body, or as much of it as the longest one may have.</summary>
    public static byte[] BeginningOf(MessageBody body)
    {
        using Stream stream = body.GetStream();
        byte[] beginning = new byte[Math.Min(stream.Length, Longest)];
        stream.ReadExactly(beginning);
        return beginning;
    }

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
            return "the body is not JSON, or it is nested deeper than 64 levels";
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a field's name, which is found only when names are compared.
            return NoText;
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

        return NoText;
    }
}
