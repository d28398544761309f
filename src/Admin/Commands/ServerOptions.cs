using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;

namespace F2bBroker.Admin.Commands;

/// <summary>What enroll and rotate have in common: where the settings of the servers are written.</summary>
internal sealed class ServerOptions
{
    public Option<string?> Out { get; } = new("--out")
    {
        Description = "The f2bbroker.local to write or update (mode 0600), or a directory for NAME.local. Without it, the settings are "
            + "printed.",
        HelpName = "FILE",
    };

    public Option<string?> Uri { get; } = new("--uri")
    {
        Description = "The broker's address for the server. Default: the one in FILE, or amqp:// (with --tls amqps://) on the API's host.",
        HelpName = "amqps://HOST:5671/f2b",
    };

    /// <summary>Has the action create the server's credentials, and writes them where the operator wants them.</summary>
    /// <param name="name">The server's valid name.</param>
    /// <param name="file">The file; null to print the settings.</param>
    /// <exception cref="CommandFailedException">The file cannot be written, or --uri is not valid.</exception>
    public async Task SaveCredentialsAsync(
        string name,
        string? file,
        ParseResult parsed,
        ManagementApi broker,
        bool hasCertificate,
        CommandOutput output,
        Func<Action<ServerCredentials>, Task> create)
    {
        ServerBrokerUri address = ServerBrokerUri.Parse(parsed.GetValue(Uri), hasCertificate, broker.Host);
        using SettingsOutput settings = new(file);
        await create(credentials =>
        {
            output.AddField("server", name);
            output.AddField("role", credentials.Role.Name);
            output.AddField("file", file);
            settings.Write(name, address, credentials, text => output.WriteResult("settings", text));
        });
    }

    /// <summary>Returns the file for a single server: --out, or a file in it if it is a directory; null to print the settings.</summary>
    public string? FileFor(string name, ParseResult parsed) =>
        parsed.GetValue(Out) is { } path && Directory.Exists(path) ? SettingsOutput.FileIn(path, name) : parsed.GetValue(Out);

    /// <summary>Returns a method that returns the file for each of several servers in the directory --out, which it creates.</summary>
    /// <exception cref="CommandFailedException">The directory cannot be created.</exception>
    public Func<string, string?> FilesIn(ParseResult parsed)
    {
        if (parsed.GetValue(Out) is not { } directory)
        {
            return _ => null;
        }

        SettingsOutput.CreateDirectory(directory);
        return name => SettingsOutput.FileIn(directory, name);
    }
}
