using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using F2bBroker.Producer.Journal;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// The file with the position up to which bans are confirmed: written to a new file, flushed to disk, renamed over the old one.
/// </summary>
internal sealed partial class Checkpoint(string path)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonTypeInfo<Position> Format = CreateFormat();

    /// <summary>Returns the position; null on a first start.</summary>
    /// <exception cref="InvalidDataException">The file does not contain a position.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Position? Load()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), Format) switch
            {
                null => throw new InvalidDataException("null"),
                LogPosition { Offset: < 0 } => throw new InvalidDataException("negative offset"),
                var position => position,
            };
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or InvalidDataException)
        {
            throw new InvalidDataException($"The checkpoint {path} does not contain a position ({failure.Message}).");
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
            JsonSerializer.Serialize(stream, position, Format);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    // {"source":"file","headLength":256,"head":"…","offset":1234,"writtenAt":"2026-11-23T02:44:23Z",
    // "precedingLength":256,"preceding":"…","inode":7}
    // {"source":"journal","cursor":"s=…"}
    // Stryker disable once all: a static value (docs/mutation.md)
    private static JsonTypeInfo<Position> CreateFormat()
    {
        JsonSerializerOptions options = new(PositionJson.Default.Options)
        {
            TypeInfoResolver = PositionJson.Default.WithAddedModifier(type =>
            {
                if (type.Type == typeof(Position))
                {
                    type.PolymorphismOptions = new JsonPolymorphismOptions
                    {
                        TypeDiscriminatorPropertyName = "source",
                        DerivedTypes = { new(typeof(LogPosition), "file"), new(typeof(JournalPosition), "journal") },
                    };
                }
            }),
        };
        return (JsonTypeInfo<Position>)options.GetTypeInfo(typeof(Position));
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(Position))]
    [JsonSerializable(typeof(LogPosition))]
    [JsonSerializable(typeof(JournalPosition))]
    private sealed partial class PositionJson : JsonSerializerContext;
}
