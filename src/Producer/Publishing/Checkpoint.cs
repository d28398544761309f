using System.Text.Json;
using System.Text.Json.Serialization;
using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Publishing;

/// <summary>The file that says how far the bans have been confirmed: written to a new file, flushed to disk, renamed over the old one.</summary>
internal sealed partial class Checkpoint(string path)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The position, or null on a first start.</summary>
    /// <exception cref="InvalidDataException">The file holds no position.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Position? Load()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PositionJson.Default.Position) ?? throw new InvalidDataException("null");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or InvalidDataException)
        {
            throw new InvalidDataException($"The checkpoint {path} holds no position ({failure.Message}).");
        }
    }

    /// <exception cref="IOException">The disk is full or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public void Save(Position position)
    {
        string next = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode };
        using (FileStream stream = new(next, options))
        {
            JsonSerializer.Serialize(stream, position, PositionJson.Default.Position);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(Position))]
    private sealed partial class PositionJson : JsonSerializerContext;
}
