using System.Text.Json;
using System.Text.Json.Serialization;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Messaging;

/// <summary>How a ban stands in a message: bare JSON, strict about what is missing, doubled or null, indifferent to what is unknown.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BanDetected))]
internal sealed partial class BanJson : JsonSerializerContext
{
    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
        options.AllowDuplicateProperties = false;
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // MassTransit's own choices, which readers in other languages do not share.
        options.PropertyNameCaseInsensitive = false;
        options.AllowTrailingCommas = false;
        options.ReadCommentHandling = JsonCommentHandling.Disallow;
        options.TypeInfoResolverChain.Insert(0, Default);
        return options;
    }
}
