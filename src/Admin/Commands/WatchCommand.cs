using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;

namespace F2bBroker.Admin.Commands;

/// <summary>The command watch.</summary>
internal sealed class WatchCommand(CommandLine line)
{
    private readonly HistoryOptions options = new(line);

    private readonly Option<string> since = new("--since")
    {
        Description = "How far back to begin: a number and s, m, h, d or w.",
        HelpName = "1h",
        DefaultValueFactory = _ => "0",
    };

    public Command Command =>
        line.WithManagementApi(
            new Command("watch", "Show bans as they are published, on a terminal as a table.")
            {
                since,
                options.Server,
                options.Jail,
                line.Amqp,
            },
            RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel) =>
        options.CreateReport(parsed, broker).WatchAsync(HistoryReport.ParseSince(parsed.GetValue(since)!), line.IsJson(parsed), cancel);
}
