using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Pardons;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command ban.</summary>
internal sealed class BanCommand(CommandLine line)
{
    private readonly Argument<string> address = new("ADDRESS")
    {
        Description = "The address or network to ban. Only servers that allow networks accept one (minprefix4, minprefix6).",
    };

    private readonly Option<string> jail = new("--jail")
    {
        Description = "The jail of the ban. Servers may accept or skip it by this name.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "manual",
    };

    public Command Command =>
        line.WithOutput(
            new Command("ban", "Report a ban to all servers, under the operator's own login.") { address, jail, line.Amqp },
            ActAsync);

    private async Task ActAsync(ParseResult parsed, ManagementApi broker, CommandOutput answer, CancellationToken cancel)
    {
        ManualBan manual = new(broker, TimeProvider.System);
        Ban ban = manual.Create(parsed.GetValue(address)!, parsed.GetValue(jail)!);
        await RefusePardonedAsync(ban, parsed, broker, cancel);
        await manual.PublishAsync(ban, cancel);
        answer.AddField("ban", MonitoredLogLine.BanText(ban));
        answer.WriteMessage(
            $"Published: {MonitoredLogLine.BanText(ban)}. Each server bans it unless its own settings say otherwise (ignoreip, private "
                + "addresses, networks).");
    }

    /// <summary>Each server would skip the ban. If the pardons cannot be read, the servers decide.</summary>
    private async Task RefusePardonedAsync(Ban ban, ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        PardonList pardons;
        try
        {
            PardonReader reader = new(line.CreateConnection(parsed, broker), CommandLine.Warn);
            pardons = await WaitIndicator.RunAsync($"Reading {Topology.PardonsStream}", () => reader.ReadAsync(cancel));
        }
        catch (CommandFailedException error)
        {
            CommandLine.Warn($"The pardons were not checked. {error.Message}");
            return;
        }

        if (pardons.Find(ban) is { } pardon)
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"{PardonFormat.Sentence(pardon)}, so servers would skip the ban of {ban.Ip}. End the pardon first: f2bbroker pardon "
                    + $"{pardon.Ip?.ToString() ?? pardon.Server} --end.");
        }
    }
}
