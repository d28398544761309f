using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;
using F2bBroker.Admin.Setup;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The commands that set up the broker and its servers: init, enroll, rotate and revoke.</summary>
internal sealed class ServerCommands(CommandLine line)
{
    private readonly Argument<string> server = new("SERVER") { Description = "The server's name, which is also its broker user." };

    private readonly Option<string?> output = new("--out")
    {
        Description = "The f2bbroker.local to write or update (mode 0600); without it the settings are printed.",
        HelpName = "FILE",
    };

    private readonly Option<string?> uri = new("--uri")
    {
        Description = "The broker as the server reaches it; by default what FILE says, or amqp:// on the API's host, or amqps:// with --tls.",
        HelpName = "amqps://HOST:5671/f2b",
    };

    private readonly Option<bool> tls = new("--tls") { Description = "The server logs in by a client certificate, with its name as CN, and has no password." };

    private readonly Option<bool> force = new("--force") { Description = "Give a server that is enrolled a new password, and end its connections." };

    private readonly Option<bool> quorumQueue = new("--quorum-queue") { Description = "Its queue is a quorum queue, for a cluster of three nodes or more; the settings say so (queuetype)." };

    private readonly Option<string?> role = new("--role")
    {
        Description = "both, reporter (it has no queue) or receiver (it has no right to publish); by default what it is already, or both.",
        HelpName = "both|reporter|receiver",
    };

    public IEnumerable<Command> All =>
    [
        line.WithOutput(new Command("init", "Make virtual host, exchange and limits; what is there stays."),
            (_, broker, answer, cancel) => new BrokerSetup(broker, answer.WriteMessage).RunAsync(cancel)),
        line.WithOutput(new Command("enroll", "Give a server its user, rights and queue.") { server, role, output, uri, tls, quorumQueue, force }, EnrollAsync),
        line.WithOutput(new Command("rotate", "Give a server a new password; connections that use the old one are closed.") { server, output, uri }, RotateAsync),
        line.WithOutput(new Command("revoke", "Take a server's user, connections and queues away.") { server }, RevokeAsync),
    ];

    private async Task EnrollAsync(ParseResult parsed, ManagementApi broker, CommandOutput answer, CancellationToken cancel)
    {
        string name = ServerUser.ValidateName(parsed.GetValue(server)!);
        EnrollmentOptions wishes = new(parsed.GetValue(force), parsed.GetValue(tls), parsed.GetValue(quorumQueue), RoleIn(parsed));
        ServerBrokerUri address = ServerBrokerUri.Parse(parsed.GetValue(uri), wishes.HasCertificate, broker.Host);
        using SettingsOutput settings = new(parsed.GetValue(output));
        await new Enrollment(broker, answer.WriteMessage).RunAsync(name, wishes, Put(settings, parsed, name, address, answer), cancel);
    }

    private async Task RotateAsync(ParseResult parsed, ManagementApi broker, CommandOutput answer, CancellationToken cancel)
    {
        string name = ServerUser.ValidateName(parsed.GetValue(server)!);
        ServerBrokerUri address = ServerBrokerUri.Parse(parsed.GetValue(uri), hasCertificate: false, broker.Host);
        using SettingsOutput settings = new(parsed.GetValue(output));
        await new Enrollment(broker, answer.WriteMessage).RotateAsync(name, Put(settings, parsed, name, address, answer), cancel);
    }

    private async Task RevokeAsync(ParseResult parsed, ManagementApi broker, CommandOutput answer, CancellationToken cancel)
    {
        string name = ServerUser.ValidateName(parsed.GetValue(server)!);
        await WaitIndicator.RunAsync($"Revoking {name}", async () =>
        {
            await new Revocation(broker, answer.WriteMessage).RunAsync(name, cancel);
            return name;
        });
    }

    private Action<ServerCredentials> Put(SettingsOutput settings, ParseResult parsed, string name, ServerBrokerUri address, CommandOutput answer) => login =>
    {
        answer.AddField("server", name);
        answer.AddField("role", login.Role.Name);
        answer.AddField("file", parsed.GetValue(output));
        settings.Write(name, address, login, text => answer.WriteResult("settings", text));
    };

    private Role? RoleIn(ParseResult parsed) => parsed.GetValue(role) is not { } text ? null
        : Role.Parse(text) ?? throw new CommandFailedException(ExitCode.Configuration, $"--role: {UntrustedText.Quote(text)} is none of {Role.Both}, {Role.Reporter} and {Role.Receiver}.");
}
