using System.Text.Json;
using System.Text.Json.Serialization;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Messaging;

/// <summary>
/// JSON settings for a pardon: a missing or duplicate required field is an error (<c>until</c> must be there, and may be null), an unknown
/// field is ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PardonMessage))]
internal sealed partial class PardonJson : JsonSerializerContext
{
    public static string Serialize(PardonMessage message) => JsonSerializer.Serialize(message, Default.PardonMessage);

    /// <exception cref="JsonException">The body is not such a message.</exception>
    public static PardonMessage Parse(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, Default.PardonMessage) ?? throw new JsonException();
}
