using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command enroll.</summary>
internal sealed class EnrollCommand(CommandLine line)
{
    private readonly ServerOptions options = new();

    private readonly Option<bool> tls = new("--tls")
    {
        Description = "The server logs in with a client certificate, whose CN is its name, and has no password.",
    };

    private readonly Option<bool> force = new("--force")
    {
        Description = "Give an enrolled server a new password and close its connections.",
    };

    private readonly ReceiveOptions receive = new();

    private readonly Option<string?> role = new("--role")
    {
        Description = "both, reporter (no queue) or receiver (no permission to publish). Default: the server's present role, or both.",
        HelpName = "both|reporter|receiver",
    };

    public Command Command => line.WithOutput(
        new Command("enroll", "Create a server's user, permissions and, unless it follows the stream, its queue.")
        {
            options.Server, role, options.Out, options.Uri, tls, receive.Stream, receive.Queue, receive.QuorumQueue, force,
        },
        RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        string name = options.ValidServer(parsed);
        EnrollmentOptions wanted = new(parsed.GetValue(force), parsed.GetValue(tls), receive.Read(parsed), ReadRole(parsed));
        return options.SaveCredentialsAsync(name, parsed, broker, wanted.HasCertificate, output,
            save => new Enrollment(broker, output.WriteMessage).RunAsync(name, wanted, save, cancel));
    }

    private Role? ReadRole(ParseResult parsed) => parsed.GetValue(role) is not { } text
        ? null
        : Role.Parse(text) ?? throw new CommandFailedException(ExitCode.Configuration,
            $"--role: {UntrustedText.Quote(text)} is none of {Role.Both}, {Role.Reporter} and {Role.Receiver}.");
}
