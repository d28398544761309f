using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;

namespace F2bBroker.Admin.Commands;

/// <summary>The command history.</summary>
internal sealed class HistoryCommand(CommandLine line)
{
    private readonly HistoryOptions options = new(line);

    private readonly Option<string> since = new("--since")
    {
        Description = "How far back: a number and s, m, h, d or w.",
        HelpName = "1d",
        DefaultValueFactory = _ => "1d",
    };

    private readonly Option<bool> csv = new("--csv") { Description = "Print comma-separated values." };

    public Command Command => line.WithManagementApi(
        new Command("history", "Print the last day's bans.") { since, options.Server, options.Jail, csv, line.Amqp }, RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        HistoryReport report = options.CreateReport(parsed, broker);
        TimeSpan span = HistoryReport.ParseSince(parsed.GetValue(since)!);
        return line.IsJson(parsed) ? report.PrintJsonAsync(span, cancel)
            : parsed.GetValue(csv) ? report.PrintCsvAsync(span, cancel)
            : report.PrintAsync(span, cancel);
    }
}
