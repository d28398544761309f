using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Pardons;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command pardons.</summary>
internal sealed class PardonsCommand(CommandLine line)
{
    public Command Command =>
        line.WithManagementApi(new Command("pardons", "List the pardons that are in force.") { line.Amqp }, RunAsync);

    private async Task RunAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        PardonReader reader = new(line.CreateConnection(parsed, broker), CommandLine.Warn);
        PardonList pardons = await WaitIndicator.RunAsync($"Reading {Topology.PardonsStream}", () => reader.ReadAsync(cancel));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Pardon[] inForce = [.. pardons.All.Where(pardon => pardon.IsInForce(now)).OrderBy(pardon => pardon.PardonedAt)];
        if (line.IsJson(parsed))
        {
            Console.WriteLine($"[{string.Join(",\n", inForce.Select(PardonFormat.Json))}]");
        }
        else if (inForce.Length > 0)
        {
            Console.WriteLine(PardonFormat.Table(inForce));
        }
        else
        {
            Console.Error.WriteLine("No pardon is in force.");
        }
    }
}
