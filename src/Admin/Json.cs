using System.Text.Json;

namespace F2bBroker.Admin;

/// <summary>JSON as the commands print it.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Wide = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly JsonSerializerOptions Narrow = new(JsonSerializerDefaults.Web);

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Wide);

    /// <summary>The same in one line.</summary>
    public static string LineOf<T>(T value) => JsonSerializer.Serialize(value, Narrow);
}
