using System.CommandLine;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Pardons;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command pardon.</summary>
internal sealed class PardonCommand(CommandLine line)
{
    private readonly Argument<string> address = new("ADDRESS")
    {
        Description = "The address or network. With --end also a server that was pardoned.",
    };

    private readonly Option<string?> duration = new("--for")
    {
        Description = $"How long: a number and s, m, h, d or w. Default: {PardonRequest.DefaultDuration}.",
        HelpName = PardonRequest.DefaultDuration,
    };

    private readonly Option<bool> forever = new("--forever") { Description = "Without end." };

    private readonly Option<string> reason = new("--reason")
    {
        Description = $"A text for people, at most {Pardon.MaxReasonLength} characters.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<bool> end = new("--end") { Description = "End the pardon now. Bans from before stay pardoned." };

    private readonly Option<bool> yes = new("--yes") { Description = "Confirm a network wider than /16 (IPv4) or /32 (IPv6)." };

    public Command Command => line.WithOutput(
        new Command("pardon", "Take the bans of an address or network back on all servers, and keep them from coming again.")
        {
            address, duration, forever, reason, end, yes, line.Amqp,
        },
        RunAsync);

    private async Task RunAsync(ParseResult parsed, ManagementApi broker, CommandOutput output, CancellationToken cancel)
    {
        PardonPublisher publisher = new(broker, TimeProvider.System);
        bool isEnd = parsed.GetValue(end);
        Pardon pardon = isEnd ? await CreateEndAsync(parsed, publisher, broker, cancel) : Create(parsed, publisher);
        await publisher.PublishAsync(pardon, cancel);
        output.AddField("pardon", JsonNode.Parse(PardonFormat.Json(pardon)));
        output.WriteMessage(
            isEnd
                ? $"Published: the pardon of {pardon.Subject} has ended. New bans are written again; those from before stay pardoned."
                : $"Published: {PardonFormat.Sentence(pardon)}. Each server skips its bans, and where the jail f2bbroker-pardon is "
                    + "enabled, fail2ban unbans it.");
    }

    private Pardon Create(ParseResult parsed, PardonPublisher publisher)
    {
        Subnet ip = PardonRequest.ParseAddress(parsed.GetValue(address)!);
        TimeSpan? span = PardonRequest.ParseDuration(parsed.GetValue(duration), parsed.GetValue(forever));
        PardonRequest.ConfirmWidth(ip, parsed.GetValue(yes));
        return publisher.Create(ip, span, parsed.GetValue(reason)!);
    }

    private async Task<Pardon> CreateEndAsync(
        ParseResult parsed,
        PardonPublisher publisher,
        ManagementApi broker,
        CancellationToken cancel)
    {
        if (parsed.GetValue(duration) is not null || parsed.GetValue(forever))
        {
            throw new CommandFailedException(ExitCode.Configuration, "Give --end without --for and --forever.");
        }

        PardonReader reader = new(line.CreateConnection(parsed, broker), CommandLine.Warn);
        PardonList pardons = await WaitIndicator.RunAsync($"Reading {Topology.PardonsStream}", () => reader.ReadAsync(cancel));
        Pardon old = PardonRequest.FindToEnd(parsed.GetValue(address)!, pardons, TimeProvider.System.GetUtcNow());
        return publisher.CreateEnd(old, parsed.GetValue(reason)!);
    }
}
