using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Why;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Admin.Commands;

/// <summary>The command why.</summary>
internal sealed class WhyCommand(CommandLine line)
{
    private readonly Argument<string> address = new("ADDRESS") { Description = "An address or network." };

    private readonly Option<string> config = new("--config")
    {
        Description = "On a server: the daemons' configuration file. Its login is used unless a management API is named.",
        HelpName = "FILE",
        DefaultValueFactory = _ => SettingsFile.DefaultPath,
    };

    private readonly Option<string?> socket = new("--socket")
    {
        Description = "On a server: fail2ban's socket, as for fail2ban-client.",
        HelpName = "FILE",
    };

    public Command Command => CommandLine.WithErrorHandling(
        new Command("why", "Explain all that is known of an address; on a server also what its consumer and fail2ban do with it.")
        {
            address,
            config,
            socket,
            line.Amqp,
        },
        RunAsync);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string text = parsed.GetValue(address)!;
        Subnet subnet = Subnet.Parse(text)
            ?? throw new CommandFailedException(ExitCode.Configuration, $"{UntrustedText.Quote(text)} is not an address or network.");
        WhyRun run = new(subnet, parsed.GetValue(socket), TimeProvider.System);
        bool isServer = run.TryLoadSettings(parsed.GetValue(config)!, isRequired: parsed.GetResult(config) is { Implicit: false });
        using ManagementApi? broker = isServer && !line.IsManagementApiNamed(parsed) ? null : line.OpenManagementApi(parsed);
        Explanation known = await run.RunAsync(broker is null ? null : line.CreateConnection(parsed, broker), cancel);
        Console.WriteLine(line.IsJson(parsed) ? ExplanationFormat.JsonText(known) : ExplanationFormat.Text(known));
        return run.Code;
    }
}
