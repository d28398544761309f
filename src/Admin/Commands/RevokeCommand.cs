using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Pardons;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command revoke.</summary>
internal sealed class RevokeCommand(CommandLine line)
{
    private readonly ServerOptions options = new();

    private readonly Option<bool> pardon = new("--pardon")
    {
        Description = "Also take all bans of the server back, on all servers, with one pardon.",
    };

    private readonly Option<bool> yes = new("--yes") { Description = "Do not ask before --pardon." };

    public Command Command => line.WithOutput(
        new Command("revoke", "Delete a server's user, connections, queues and exchanges.")
        {
            options.Server, pardon, yes, line.Amqp,
        },
        RunAsync);

    private async Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        string name = options.ValidServer(parsed);
        PardonPublisher publisher = new(broker, TimeProvider.System);
        bool hasPardon = parsed.GetValue(pardon);
        if (hasPardon)
        {
            await ConfirmAsync(name, parsed, broker, output, cancel);
        }

        await WaitIndicator.RunAsync($"Revoking {name}", async () =>
        {
            await new Revocation(broker, output.WriteMessage).RunAsync(name, cancel);
            return name;
        });
        if (hasPardon)
        {
            // After the revocation: no ban of the server can follow it.
            Pardon published = publisher.Create(name, PardonRequest.ServerDuration, "revoked");
            await publisher.PublishAsync(published, cancel);
            output.WriteMessage(
                $"Published: {PardonFormat.Sentence(published)}. If you enroll a server of that name before, end the pardon: "
                    + $"f2bbroker pardon {name} --end.");
        }
    }

    private async Task ConfirmAsync(
        string name,
        ParseResult parsed,
        ManagementApi broker,
        CommandOutput output,
        CancellationToken cancel)
    {
        HistoryReader history = new(line.CreateConnection(parsed, broker), TimeProvider.System);
        DateTimeOffset since = TimeProvider.System.GetUtcNow() - PardonRequest.ServerDuration;
        int count = await WaitIndicator.RunAsync(
            $"Reading {Topology.HistoryStream}",
            () => history.ReadAsync(since, follows: false, cancel)
                .Where(ban => ban.Server == name)
                .Select(ban => ban.Ip)
                .Distinct()
                .CountAsync(cancel)
                .AsTask());
        output.AddField("addresses", count);
        output.WriteMessage($"The history shows {count} address{(count == 1 ? "" : "es")} that {name} reported.");
        Confirmation.Require($"Revoke {name} and pardon all its bans?", parsed.GetValue(yes));
    }
}
