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
    private readonly ServerNames names = new();

    private readonly Option<bool> pardon = new("--pardon")
    {
        Description = "Also take all bans of the servers back, on all servers, with one pardon each.",
    };

    private readonly Option<bool> yes = new("--yes") { Description = "Do not ask before --pardon." };

    public Command Command => line.WithOutput(
        new Command("revoke", "Delete the users, connections, queues and exchanges of servers.")
        {
            names.Argument, pardon, yes, line.Amqp,
        },
        RunAsync);

    private async Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        IReadOnlyList<string> servers = names.Read(parsed);
        bool hasPardon = parsed.GetValue(pardon);
        if (hasPardon)
        {
            await ConfirmAsync(servers, parsed, broker, output, cancel);
        }

        if (servers is [var single])
        {
            await WaitIndicator.RunAsync(
                $"Revoking {single}",
                () => RevokeAsync(single, hasPardon, broker, output, output.WriteMessage, cancel));
            return;
        }

        await new ServerBatch(output, "Revoking", "Revoked", "Not enrolled") { ShowsMessages = true }.RunAsync(
            servers,
            async (name, row) =>
            {
                bool wasThere = await RevokeAsync(name, hasPardon, broker, row, _ => { }, CancellationToken.None);
                if (!wasThere)
                {
                    row.WriteMessage($"'{name}' was not enrolled.");
                }

                return wasThere;
            },
            cancel);
    }

    /// <summary>Returns false if there was no such user.</summary>
    /// <param name="write">Receives each object, and whether it existed.</param>
    private static async Task<bool> RevokeAsync(
        string name,
        bool hasPardon,
        ManagementApi broker,
        CommandOutput output,
        Action<string> write,
        CancellationToken cancel)
    {
        bool wasThere = await new Revocation(broker, write).RunAsync(name, cancel);
        if (hasPardon)
        {
            // After the revocation: no ban of the server can follow it.
            PardonPublisher publisher = new(broker, TimeProvider.System);
            Pardon published = publisher.Create(name, PardonRequest.ServerDuration, "revoked");
            await publisher.PublishAsync(published, cancel);
            output.WriteMessage(
                $"Published: {PardonFormat.Sentence(published)}. If you enroll a server of that name before, end the pardon: "
                    + $"f2bbroker pardon {name} --end.");
        }

        return wasThere;
    }

    private async Task ConfirmAsync(
        IReadOnlyList<string> servers,
        ParseResult parsed,
        ManagementApi broker,
        CommandOutput output,
        CancellationToken cancel)
    {
        HistoryReader history = new(line.CreateConnection(parsed, broker), TimeProvider.System);
        DateTimeOffset since = TimeProvider.System.GetUtcNow() - PardonRequest.ServerDuration;
        HashSet<string> wanted = [.. servers];
        int count = await WaitIndicator.RunAsync(
            $"Reading {Topology.HistoryStream}",
            () => history.ReadAsync(since, follows: false, cancel)
                .Where(ban => wanted.Contains(ban.Server))
                .Select(ban => ban.Ip)
                .Distinct()
                .CountAsync(cancel)
                .AsTask());
        (string who, string whose) = servers is [var single] ? (single, "its") : ($"{servers.Count} servers", "their");
        output.AddField("addresses", count);
        output.WriteMessage($"The history shows {count} address{(count == 1 ? "" : "es")} that {who} reported.");
        Confirmation.Require($"Revoke {who} and pardon all {whose} bans?", parsed.GetValue(yes));
    }
}
