using System.CommandLine;
using F2bBroker.Admin.Doctor;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Admin.Commands;

/// <summary>The command doctor.</summary>
internal sealed class DoctorCommand(CommandLine line)
{
    private readonly Option<string> config = new("--config")
    {
        Description = "The daemons' configuration file. X.local beside X.conf overrides it.",
        HelpName = "FILE",
        DefaultValueFactory = _ => SettingsFile.DefaultPath,
    };

    private readonly Option<string?> socket = new("--socket")
    {
        Description = "fail2ban's socket, as for fail2ban-client.",
        HelpName = "FILE",
    };

    public Command Command =>
        CommandLine.WithErrorHandling(
            new Command("doctor", "Check, as root on a server, every component that a ban passes. The exit code is 1 if a check fails.")
            {
                config,
                socket,
            },
            ActAsync);

    private async Task<int> ActAsync(ParseResult parsed, CancellationToken cancel)
    {
        List<CheckResult> findings = [];
        await foreach (CheckResult finding in new DoctorRun(parsed.GetValue(config)!, parsed.GetValue(socket)).RunAsync(cancel))
        {
            findings.Add(finding);
            if (!line.IsJson(parsed))
            {
                Console.WriteLine(finding);
            }
        }

        if (line.IsJson(parsed))
        {
            Console.WriteLine(Json.Indented(findings));
        }

        return findings.All(finding => finding.IsOk) ? ExitCode.Success : ExitCode.Failure;
    }
}
