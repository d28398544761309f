using System.Text.Json;

namespace F2bBroker.Shared.Messaging;

/// <summary>Explains to an operator why a body is not a valid ban. The JSON reader's own messages name internal types.</summary>
internal static class BodyValidation
{
    /// <summary>
    /// The maximum size of a body in bytes. A ban has fewer than 1,000. No more than this is copied of a longer body, so that a flood of
    /// large bodies costs the sender more than this server.
    /// </summary>
    public const int MaxBytes = 8 * 1024;

    // Via may be missing, and of any type.
    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly string[] TextFields =
    [
        .. BanJson.Default.BanDetected.Properties.Where(field => field.PropertyType == typeof(string)).Select(field => field.Name),
    ];

    private const string DuplicateOrInvalidText = "a field stands twice, or is no valid text";

    /// <summary>Returns the reason for refusing a body of that many bytes.</summary>
    public static string TooLongReason(long length) => $"the body has {length} bytes, allowed are {MaxBytes}";

    public static string FindError(byte[] body)
    {
        if (body.Length == 0)
        {
            return "the body is empty";
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? FindError(document.RootElement)
                : "the body is not a JSON object";
        }
        catch (JsonException)
        {
            return "the body is not JSON, or it is nested deeper than 64 levels";
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a field's name is found only when names are compared.
            return DuplicateOrInvalidText;
        }
    }

    private static string FindError(JsonElement ban)
    {
        foreach (string name in TextFields)
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

        return DuplicateOrInvalidText;
    }
}
