using System.Text.Json;
using System.Text.Json.Serialization;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Messaging;

/// <summary>JSON settings for a ban message: a missing, duplicate or null field is an error, an unknown field is ignored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BanDetected))]
internal sealed partial class BanJson : JsonSerializerContext
{
    // Stryker disable once all: a static value (docs/mutation.md)
    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
        options.AllowDuplicateProperties = false;
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // MassTransit's own choices: they make a message longer, or readers in other languages do not share them.
        options.WriteIndented = false;
        options.PropertyNameCaseInsensitive = false;
        options.AllowTrailingCommas = false;
        options.ReadCommentHandling = JsonCommentHandling.Disallow;
        options.TypeInfoResolverChain.Insert(0, Default);
        return options;
    }
}
