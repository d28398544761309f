using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Statistics;
using F2bBroker.Contracts;
using Spectre.Console;

namespace F2bBroker.Admin.Commands;

/// <summary>The command stats.</summary>
internal sealed class StatsCommand(CommandLine line)
{
    private readonly Option<string> since = new("--since")
    {
        Description = "How far back: a number and s, m, h, d or w.",
        HelpName = "1d",
        DefaultValueFactory = _ => "1d",
    };

    private readonly Option<bool> csv = new("--csv") { Description = "Print comma-separated values." };

    public Command Command => line.WithManagementApi(
        new Command("stats", "Count the last day's bans by server, jail, hour and network, and the benefit of sharing.")
        {
            since,
            csv,
            line.Amqp,
        },
        RunAsync);

    /// <summary>The character of the bars; null if the output is not a terminal.</summary>
    private static char? Bar => Console.IsOutputRedirected ? null : AnsiConsole.Profile.Capabilities.Unicode ? '█' : '#';

    private async Task RunAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow() - HistoryReport.ParseSince(parsed.GetValue(since)!);
        HistoryReader history = new(line.CreateConnection(parsed, broker), TimeProvider.System);
        BanStatistics statistics = await new StatisticsReader(history, CommandLine.Warn).ReadAsync(from, cancel);
        Console.WriteLine(
            line.IsJson(parsed) ? Json.Indented(statistics)
            : parsed.GetValue(csv) ? StatisticsFormat.Csv(statistics)
            : StatisticsFormat.Text(statistics, UtcTimestamp.Format(from), Bar));
    }
}
