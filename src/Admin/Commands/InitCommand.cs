using System.CommandLine;
using F2bBroker.Admin.Setup;

namespace F2bBroker.Admin.Commands;

/// <summary>The command init.</summary>
internal sealed class InitCommand(CommandLine line)
{
    public Command Command => line.WithOutput(
        new Command("init", "Create the virtual host, the exchange, the stream and the limits. Existing objects are kept."),
        (_, broker, output, cancel) => new BrokerSetup(broker, output.WriteMessage).RunAsync(cancel));
}
