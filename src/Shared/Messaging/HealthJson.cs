using System.Text.Json;
using System.Text.Json.Serialization;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Messaging;

/// <summary>
/// JSON settings for a health message: a missing, duplicate or null required field is an error, an unknown field is ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HealthMessage))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    public static byte[] Serialize(HealthMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, Default.HealthMessage);

    /// <exception cref="JsonException">The body is not such a message.</exception>
    public static HealthMessage Parse(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, Default.HealthMessage) ?? throw new JsonException();
}
