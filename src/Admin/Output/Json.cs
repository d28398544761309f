using System.Text.Json;

namespace F2bBroker.Admin.Output;

/// <summary>Serializes JSON as the commands print it.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions IndentedOptions = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly JsonSerializerOptions CompactOptions = new(JsonSerializerDefaults.Web);

    public static string Indented<T>(T value) => JsonSerializer.Serialize(value, IndentedOptions);

    /// <summary>Returns the JSON in one line.</summary>
    public static string Compact<T>(T value) => JsonSerializer.Serialize(value, CompactOptions);
}
