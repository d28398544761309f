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

    private readonly Option<string?> log = new("--log")
    {
        Description = "Count the lines of a server's monitored log and its rotated siblings instead of the stream.",
        HelpName = "FILE",
    };

    public Command Command => CommandLine.WithErrorHandling(
        new Command("stats", "Count the last day's bans by server, jail, hour and network, and the benefit of sharing.")
        {
            since,
            csv,
            log,
            line.Amqp,
        },
        RunAsync);

    /// <summary>The character of the bars; null if the output is not a terminal.</summary>
    private static char? Bar => Console.IsOutputRedirected ? null : AnsiConsole.Profile.Capabilities.Unicode ? '█' : '#';

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow() - HistoryReport.ParseSince(parsed.GetValue(since)!);
        BanStatistics statistics = parsed.GetValue(log) is { } file
            ? MonitoredLogCounter.Count(file, from)
            : await ReadStreamAsync(parsed, from, cancel);
        Console.WriteLine(
            line.IsJson(parsed) ? Json.Indented(statistics)
            : parsed.GetValue(csv) ? StatisticsFormat.Csv(statistics)
            : StatisticsFormat.Text(statistics, UtcTimestamp.Format(from), Bar));
        return ExitCode.Success;
    }

    private async Task<BanStatistics> ReadStreamAsync(ParseResult parsed, DateTimeOffset from, CancellationToken cancel)
    {
        using ManagementApi broker = line.OpenManagementApi(parsed);
        HistoryReader history = new(line.CreateConnection(parsed, broker), TimeProvider.System);
        return await new StatisticsReader(history, CommandLine.Warn).ReadAsync(from, cancel);
    }
}
