using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Status;

namespace F2bBroker.Admin.Commands;

/// <summary>The commands that only look: status, history and watch.</summary>
internal sealed class LookingCommands(CommandLine line)
{
    private readonly Option<bool> again = new("--watch") { Description = "Again and again, until Ctrl+C." };

    private readonly Option<string> since = new("--since") { Description = "How far back: a number and s, m, h, d or w.", HelpName = "1d", DefaultValueFactory = _ => "1d" };

    private readonly Option<string> watchSince = new("--since") { Description = "How far back it begins: a number and s, m, h, d or w.", HelpName = "1h", DefaultValueFactory = _ => "0" };

    private readonly Option<string?> ofServer = new("--server") { Description = "Only the bans that this server reported.", HelpName = "SERVER" };

    private readonly Option<string?> ofJail = new("--jail") { Description = "Only the bans of this jail.", HelpName = "JAIL" };

    private readonly Option<bool> csv = new("--csv") { Description = "Print comma-separated values." };

    public IEnumerable<Command> All =>
    [
        line.WithManagementApi(new Command("status", "Show servers, connections, waiting and refused messages, and what to look at.") { again, line.Amqp }, StatusAsync),
        line.WithManagementApi(new Command("history", "Print the last day's bans.") { since, ofServer, ofJail, csv, line.Amqp }, HistoryAsync),
        line.WithManagementApi(new Command("watch", "Show bans as they pass, on a terminal as a table.") { watchSince, ofServer, ofJail, line.Amqp }, WatchAsync),
    ];

    private Task StatusAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        ReportCounts reports = new(History(parsed, broker), TimeProvider.System, CommandLine.Warn);
        StatusReport status = new(new GroupStatus(broker, TimeProvider.System), reports, TimeProvider.System, line.IsJson(parsed));
        return parsed.GetValue(again) ? status.WatchAsync(cancel) : status.PrintAsync(cancel);
    }

    private Task HistoryAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        HistoryReport report = Report(parsed, broker);
        TimeSpan span = HistoryReport.ParseSince(parsed.GetValue(since)!);
        return line.IsJson(parsed) ? report.PrintJsonAsync(span, cancel) : parsed.GetValue(csv) ? report.PrintCsvAsync(span, cancel) : report.PrintAsync(span, cancel);
    }

    private Task WatchAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel) =>
        Report(parsed, broker).WatchAsync(HistoryReport.ParseSince(parsed.GetValue(watchSince)!), line.IsJson(parsed), cancel);

    private HistoryReader History(ParseResult parsed, ManagementApi broker) => new(line.CreateConnection(parsed, broker), TimeProvider.System);

    private HistoryReport Report(ParseResult parsed, ManagementApi broker) =>
        new(History(parsed, broker), new BanSelection(parsed.GetValue(ofServer), parsed.GetValue(ofJail)), TimeProvider.System, CommandLine.Warn);
}
