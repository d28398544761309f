using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;

namespace F2bBroker.Admin.Commands;

/// <summary>The command rotate.</summary>
internal sealed class RotateCommand(CommandLine line)
{
    private readonly ServerOptions options = new();
    private readonly ServerNames names = new();

    public Command Command => line.WithOutput(
        new Command(
            "rotate",
            "Give servers new passwords. Connections that use the old ones are closed. With several servers, --out names a directory.")
        {
            names.Argument, options.Out, options.Uri,
        },
        RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        IReadOnlyList<string> servers = names.Read(parsed);
        OperatorConnection amqp = line.CreateConnection(parsed, broker);
        Task RotateAsync(string name, string? file, CommandOutput row, CancellationToken stop) =>
            options.SaveCredentialsAsync(name, file, parsed, broker, hasCertificate: false, row, save =>
                new Enrollment(broker, amqp, row.WriteMessage).RotateAsync(name, save, stop));
        if (servers is [var single])
        {
            return RotateAsync(single, options.FileFor(single, parsed), output, cancel);
        }

        Func<string, string?> fileFor = options.FilesIn(parsed);
        return new ServerBatch(output, "Rotating", "Rotated", "Unchanged") { ShowsMessages = true }.RunAsync(
            servers,
            async (name, row) =>
            {
                // What has begun is finished, so that no login is left without its file.
                await RotateAsync(name, fileFor(name), row, CancellationToken.None);
                return true;
            },
            cancel);
    }
}
