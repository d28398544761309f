using System.CommandLine;
using F2bBroker.Admin.Setup;

namespace F2bBroker.Admin.Commands;

/// <summary>The command init.</summary>
internal sealed class InitCommand(CommandLine line)
{
    public Command Command => line.WithOutput(
        new Command(
            "init",
            "Create the virtual host, the exchanges, the streams and the limits, and extend the servers' rights. All else is kept."),
        (_, broker, output, cancel) => new BrokerSetup(broker, output.WriteMessage).RunAsync(cancel));
}
