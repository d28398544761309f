using Microsoft.Extensions.Configuration;

namespace F2bBroker.Shared.Configuration;

/// <summary>What another configuration in the same folder says about the logs of a bridge. Only what this user can read counts.</summary>
/// <param name="File">The path of the configuration.</param>
/// <param name="ConsumerLog">The log that its consumer writes.</param>
/// <param name="IsBridge">True if that log may feed a producer of another group.</param>
/// <param name="ForwardedLog">The consumer's log that its producer forwards; null if it forwards none.</param>
internal sealed record NeighbourConfiguration(string File, string ConsumerLog, bool IsBridge, string? ForwardedLog)
{
    public override string ToString() => File;

    /// <summary>Returns those whose consumer writes the log that the producer of these settings follows.</summary>
    public static NeighbourConfiguration[] FindWriters(Settings settings) =>
        [.. FindBeside(settings.File).Where(other => other.ConsumerLog == settings.Producer.LogPath)];

    /// <summary>Returns those whose producer forwards the log that the consumer of these settings writes.</summary>
    public static NeighbourConfiguration[] FindForwarders(Settings settings) =>
        [.. FindBeside(settings.File).Where(other => other.ForwardedLog == settings.Consumer.LogPath)];

    private static IEnumerable<NeighbourConfiguration> FindBeside(string file)
    {
        string folder = Path.GetDirectoryName(file)!;
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.conf").Order(StringComparer.Ordinal).Where(other => other != file).Select(Read)
            : [];
    }

    private static NeighbourConfiguration Read(string file)
    {
        ConfigurationBuilder builder = new();
        Add(builder, file);
        Add(builder, Path.ChangeExtension(file, ".local"));
        IConfigurationRoot values = builder.Build();
        return new NeighbourConfiguration(
            file,
            Value("consumer:logpath") ?? ConsumerSettings.DefaultLogPath,
            bool.TryParse(Value("consumer:bridge"), out bool isBridge) && isBridge,
            Value("producer:format") == "f2bbroker" ? Value("producer:logpath") : null);

        string? Value(string key) => values[key]?.Trim() is { Length: > 0 } text ? text : null;
    }

    private static void Add(ConfigurationBuilder builder, string file)
    {
        try
        {
            if (System.IO.File.Exists(file))
            {
                IniSyntax.Check(file);
                builder.AddIniFile(file);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidConfigurationException)
        {
            // Its .local may be readable only for root. Its own programs report a faulty one.
        }
    }
}
