using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;

namespace F2bBroker.Admin.Commands;

/// <summary>The command rotate.</summary>
internal sealed class RotateCommand(CommandLine line)
{
    private readonly ServerOptions options = new();

    public Command Command => line.WithOutput(
        new Command("rotate", "Give a server a new password. Connections that use the old one are closed.")
        {
            options.Server, options.Out, options.Uri,
        },
        RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        string name = options.ValidServer(parsed);
        return options.SaveCredentialsAsync(name, parsed, broker, hasCertificate: false, output,
            save => new Enrollment(broker, output.WriteMessage).RotateAsync(name, save, cancel));
    }
}
