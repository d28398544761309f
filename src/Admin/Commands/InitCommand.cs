using System.CommandLine;
using F2bBroker.Admin.Policies;
using F2bBroker.Admin.Setup;

namespace F2bBroker.Admin.Commands;

/// <summary>The command init.</summary>
internal sealed class InitCommand(CommandLine line)
{
    private readonly Option<string?> retention = new("--retention")
    {
        Description = "How long the stream keeps the bans: a number and s, m, h, d or w. Default: the present value, or 1d.",
        HelpName = "7d",
    };

    private readonly Option<string?> retentionSize = new("--retention-size")
    {
        Description = "How large the stream grows: a number and MB, GB or TB (1 MB is 1024 * 1024 bytes). Default: the present value, or "
            + "512MB.",
        HelpName = "2GB",
    };

    public Command Command => line.WithOutput(
        new Command(
            "init",
            "Create the virtual host, the exchanges, the streams and the limits, and extend the servers' rights. All else is kept.")
        {
            retention, retentionSize,
        },
        (parsed, broker, output, cancel) =>
            new BrokerSetup(broker, Retention.Parse(parsed.GetValue(retention), parsed.GetValue(retentionSize)), output.WriteMessage)
                .RunAsync(cancel));
}
