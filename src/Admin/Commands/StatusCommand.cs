using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Status;

namespace F2bBroker.Admin.Commands;

/// <summary>The command status.</summary>
internal sealed class StatusCommand(CommandLine line)
{
    private readonly Option<bool> watch = new("--watch") { Description = "Repeat until Ctrl+C." };

    public Command Command => line.WithManagementApi(
        new Command("status", "Show servers, connections, waiting and refused messages, and problems.") { watch, line.Amqp }, RunAsync);

    private Task RunAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        HistoryReader history = new(line.CreateConnection(parsed, broker), TimeProvider.System);
        ReportCounts reports = new(history, TimeProvider.System, CommandLine.Warn);
        StatusReport status = new(new GroupStatus(broker, TimeProvider.System), reports, TimeProvider.System, line.IsJson(parsed));
        return parsed.GetValue(watch) ? status.WatchAsync(cancel) : status.PrintAsync(cancel);
    }
}
