using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;

namespace F2bBroker.Admin.Commands;

/// <summary>What history and watch have in common: which bans are shown.</summary>
internal sealed class HistoryOptions(CommandLine line)
{
    public Option<string?> Server { get; } =
        new("--server") { Description = "Only the bans that this server reported.", HelpName = "SERVER" };

    public Option<string?> Jail { get; } = new("--jail") { Description = "Only the bans of this jail.", HelpName = "JAIL" };

    public HistoryReport CreateReport(ParseResult parsed, ManagementApi broker) => new(
        new HistoryReader(line.CreateConnection(parsed, broker), TimeProvider.System),
        new BanSelection(parsed.GetValue(Server), parsed.GetValue(Jail)),
        TimeProvider.System,
        CommandLine.Warn);
}
