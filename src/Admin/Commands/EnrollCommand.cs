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
    private readonly ReceiveOptions receive = new();

    private readonly Argument<string?> server = new("SERVER")
    {
        Description = "The server's name, which is also its broker user.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> list = new("--list")
    {
        Description = "Enroll the servers that the file names, one a line, and write DIRECTORY/NAME.local (--out DIRECTORY). It can be "
            + "repeated.",
        HelpName = "FILE",
    };

    private readonly Option<bool> tls = new("--tls")
    {
        Description = "The server logs in with a client certificate, whose CN is its name, and has no password.",
    };

    private readonly Option<bool> force = new("--force")
    {
        Description = "Give an enrolled server a new password and close its connections.",
    };

    private readonly Option<string?> role = new("--role")
    {
        Description = "both, reporter (receives nothing) or receiver (no permission to publish). Default: the server's present role, or "
            + "both.",
        HelpName = "both|reporter|receiver",
    };

    public Command Command => line.WithOutput(
        new Command("enroll", "Create a server's user, permissions and, unless it follows the stream, its queue.")
        {
            server,
            list,
            role,
            options.Out,
            options.Uri,
            tls,
            receive.Stream,
            receive.Queue,
            receive.QuorumQueue,
            receive.DropWaiting,
            force,
            line.Amqp,
        },
        RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        EnrollmentOptions wanted = new(
            parsed.GetValue(force),
            parsed.GetValue(tls),
            receive.Read(parsed),
            ReadRole(parsed),
            parsed.GetValue(receive.DropWaiting));
        return (parsed.GetValue(server), parsed.GetValue(list)) switch
        {
            ({ } name, null) => EnrollAsync(ServerUser.ValidateName(name), wanted, parsed, broker, output, cancel),
            (null, { } file) => EnrollListAsync(ServerList.Read(file), wanted, parsed, broker, output, cancel),
            _ => throw new CommandFailedException(ExitCode.Configuration, "Give either SERVER or --list FILE."),
        };
    }

    private async Task EnrollAsync(
        string name,
        EnrollmentOptions wanted,
        ParseResult parsed,
        ManagementApi broker,
        CommandOutput output,
        CancellationToken cancel)
    {
        Enrollment enrollment = new(broker, line.CreateConnection(parsed, broker), output.WriteMessage);
        string? file = options.FileFor(name, parsed);
        await WaitIndicator.RunAsync($"Enrolling {name}", async () =>
        {
            await options.SaveCredentialsAsync(name, file, parsed, broker, wanted.HasCertificate, output, save =>
                enrollment.RunAsync(name, wanted, save, cancel));
            return name;
        });
    }

    private async Task EnrollListAsync(
        IReadOnlyList<string> names,
        EnrollmentOptions wanted,
        ParseResult parsed,
        ManagementApi broker,
        CommandOutput output,
        CancellationToken cancel)
    {
        if (parsed.GetValue(options.Out) is not { } directory)
        {
            throw new CommandFailedException(ExitCode.Configuration, "--list needs --out DIRECTORY.");
        }

        wanted.ChooseRole(null);
        EnrolledServers enrolled = new(await ServerPermissions.ReadAsync(broker, cancel), wanted);
        Func<string, string?> fileFor = options.FilesIn(parsed);
        OperatorConnection amqp = line.CreateConnection(parsed, broker);
        await new ServerBatch(output, "Enrolling", "Enrolled", "Enrolled before and unchanged").RunAsync(names, async (name, row) =>
        {
            string file = fileFor(name)!;
            if (enrolled.IsDone(name, file))
            {
                row.AddField("file", file);
                return false;
            }

            // What has begun is finished, so that no login is left without its file.
            await options.SaveCredentialsAsync(name, file, parsed, broker, wanted.HasCertificate, row, save =>
                new Enrollment(broker, amqp, row.WriteMessage).RunAsync(name, wanted, save, CancellationToken.None));
            return true;
        }, cancel);
    }

    private Role? ReadRole(ParseResult parsed) => parsed.GetValue(role) is not { } text
        ? null
        : Role.Parse(text) ?? throw new CommandFailedException(ExitCode.Configuration,
            $"--role: {UntrustedText.Quote(text)} is none of {Role.Both}, {Role.Reporter} and {Role.Receiver}.");
}
