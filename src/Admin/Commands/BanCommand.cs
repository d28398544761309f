using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
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
        line.WithOutput(new Command("ban", "Report a ban to all servers, under the operator's own login.") { address, jail }, ActAsync);

    private async Task ActAsync(ParseResult parsed, ManagementApi broker, CommandOutput answer, CancellationToken cancel)
    {
        ManualBan manual = new(broker, TimeProvider.System);
        Ban ban = manual.Create(parsed.GetValue(address)!, parsed.GetValue(jail)!);
        await manual.PublishAsync(ban, cancel);
        answer.AddField("ban", MonitoredLogLine.BanText(ban));
        answer.WriteMessage(
            $"Published: {MonitoredLogLine.BanText(ban)}. Each server bans it unless its own settings say otherwise (ignoreip, private "
                + "addresses, networks).");
    }
}
