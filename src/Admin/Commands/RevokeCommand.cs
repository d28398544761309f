using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;

namespace F2bBroker.Admin.Commands;

/// <summary>The command revoke.</summary>
internal sealed class RevokeCommand(CommandLine line)
{
    private readonly ServerOptions options = new();

    public Command Command => line.WithOutput(
        new Command("revoke", "Delete a server's user, connections, queues and exchanges.") { options.Server }, RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        string name = options.ValidServer(parsed);
        return WaitIndicator.RunAsync($"Revoking {name}", async () =>
        {
            await new Revocation(broker, output.WriteMessage).RunAsync(name, cancel);
            return name;
        });
    }
}
