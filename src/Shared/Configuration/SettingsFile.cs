using Microsoft.Extensions.Configuration;

namespace F2bBroker.Shared.Configuration;

/// <summary>Reads f2bbroker.conf, the .local file over it, and the environment over both.</summary>
internal static class SettingsFile
{
    public const string DefaultPath = "/etc/f2bbroker/f2bbroker.conf";

    private const string EnvironmentPrefix = "F2BBROKER_";

    /// <exception cref="InvalidConfigurationException">A file is missing, unreadable or malformed, or a setting is unknown or not
    /// valid.</exception>
    public static Settings Load(string path)
    {
        ConfigurationBuilder builder = new();
        AddFile(builder, Path.GetFullPath(path));
        string local = LocalOf(Path.GetFullPath(path));
        if (File.Exists(local))
        {
            AddFile(builder, local);
        }

        builder.AddEnvironmentVariables(EnvironmentPrefix);
        return SettingsReader.Read(builder.Build()) with { File = Path.GetFullPath(path) };
    }

    /// <summary>
    /// Returns the file that overrides the configuration: systemd's credential, otherwise <c>X.local</c> beside <c>X.conf</c>.
    /// </summary>
    private static string LocalOf(string path)
    {
        string? credentials = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");
        string credential = Path.Combine(credentials ?? "/nonexistent", "f2bbroker.local");
        return File.Exists(credential) ? credential : Path.ChangeExtension(path, ".local");
    }

    private static void AddFile(ConfigurationBuilder builder, string path)
    {
        try
        {
            IniSyntax.Check(path);
            builder.AddIniFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException($"The configuration cannot be read: {failure.Message}");
        }
    }
}
