using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Health;
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
        OperatorConnection amqp = line.CreateConnection(parsed, broker);
        // Both streams may fail for the same reason.
        HashSet<string> warned = [];
        void Warn(string message)
        {
            lock (warned)
            {
                if (warned.Add(message))
                {
                    CommandLine.Warn(message);
                }
            }
        }

        HistoryReader history = new(amqp, TimeProvider.System);
        ReportCounts reports = new(history, TimeProvider.System, Warn);
        HistoryStartReader start = new(history, () => broker.BrokerTime, TimeProvider.System, Warn);
        HealthCollector health = new(amqp, () => broker.BrokerTime, Warn);
        StatusReport status = new(new GroupStatus(broker), reports, start, health, TimeProvider.System, line.IsJson(parsed));
        return parsed.GetValue(watch) ? status.WatchAsync(cancel) : status.PrintAsync(cancel);
    }
}
