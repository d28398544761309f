using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;

namespace F2bBroker.Admin.Commands;

/// <summary>What enroll and rotate have in common: the server, and where its settings are written.</summary>
internal sealed class ServerOptions
{
    public Argument<string> Server { get; } = new("SERVER") { Description = "The server's name, which is also its broker user." };

    public Option<string?> Out { get; } = new("--out")
    {
        Description = "The f2bbroker.local to write or update (mode 0600). Without it, the settings are printed.",
        HelpName = "FILE",
    };

    public Option<string?> Uri { get; } = new("--uri")
    {
        Description = "The broker's address for the server. Default: the one in FILE, or amqp:// (with --tls amqps://) on the API's host.",
        HelpName = "amqps://HOST:5671/f2b",
    };

    /// <exception cref="CommandFailedException">The name is not valid.</exception>
    public string ValidServer(ParseResult parsed) => ServerUser.ValidateName(parsed.GetValue(Server)!);

    /// <summary>Has the action create the server's credentials, and writes them where the operator wants them.</summary>
    /// <param name="name">The server's valid name.</param>
    /// <exception cref="CommandFailedException">The file cannot be written, or --uri is not valid.</exception>
    public async Task SaveCredentialsAsync(
        string name,
        ParseResult parsed,
        ManagementApi broker,
        bool hasCertificate,
        CommandOutput output,
        Func<Action<ServerCredentials>, Task> create)
    {
        ServerBrokerUri address = ServerBrokerUri.Parse(parsed.GetValue(Uri), hasCertificate, broker.Host);
        using SettingsOutput settings = new(parsed.GetValue(Out));
        await create(credentials =>
        {
            output.AddField("server", name);
            output.AddField("role", credentials.Role.Name);
            output.AddField("file", parsed.GetValue(Out));
            settings.Write(name, address, credentials, text => output.WriteResult("settings", text));
        });
    }
}
