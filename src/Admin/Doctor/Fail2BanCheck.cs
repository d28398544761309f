using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Doctor;

/// <summary>Checks fail2ban: it runs, a jail monitors the consumer's log, that jail can ban, and it holds the last shared bans.</summary>
internal sealed class Fail2BanCheck(Settings settings, Fail2BanClient client, TimeProvider time)
{
    private const string Jail = MonitoredLogJails.Default;

    /// <summary>The programs that fail2ban's ban actions call.</summary>
    private static readonly string[] Firewalls = ["nft", "iptables", "ipset", "ufw", "firewall-cmd", "shorewall"];

    /// <param name="hasJail">True if the jail f2bbroker is to ban what the consumer writes.</param>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(bool hasJail, CancellationToken cancel)
    {
        ExternalProgram.Result? ping = await client.AskAsync(cancel, "ping");
        if (ping is not { IsSuccess: true })
        {
            return
            [
                new CheckResult(
                    "fail2ban",
                    ping is null
                        ? "it is not installed: apt-get install fail2ban."
                        : $"it does not answer: systemctl start fail2ban. ({ping.AllOutput})"),
            ];
        }

        return [new CheckResult("fail2ban answers"), .. hasJail ? await JailAsync(cancel) : []];
    }

    private async Task<IEnumerable<CheckResult>> JailAsync(CancellationToken cancel)
    {
        if (await client.AskAsync(cancel, "status", Jail) is not { IsSuccess: true })
        {
            return
            [
                new CheckResult(
                    $"fail2ban's jail {Jail}",
                    $"it does not exist. Is /etc/fail2ban/jail.d/{Jail}.conf there, and not disabled in jail.local? Then fail2ban-client "
                        + "reload."),
            ];
        }

        string path = settings.Consumer.LogPath;
        IReadOnlyList<CheckResult> jails = await new MonitoredLogJailCheck(path, client).RunAsync(cancel);
        return
        [
            .. jails,
            .. await ActionsAsync(cancel),
            .. jails[0].IsOk && await new SharedBanCheck(path, client, time).RunAsync(cancel) is { } bans
                ? [bans]
                : Array.Empty<CheckResult>(),
        ];
    }

    private async Task<IEnumerable<CheckResult>> ActionsAsync(CancellationToken cancel)
    {
        string[] names =
        [
            .. (await client.AskAsync(cancel, "get", Jail, "actions"))!
                .Output.Split('\n')
                .Skip(1)
                .SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries)),
        ];
        List<CheckResult> findings = [];
        foreach (string name in names)
        {
            findings.Add(await ActionAsync(name, cancel));
        }

        return findings.Count > 0
            ? findings
            : [new CheckResult($"ban action of {Jail}", "it has none, so nobody is banned: set banaction in jail.local.")];
    }

    private async Task<CheckResult> ActionAsync(string name, CancellationToken cancel)
    {
        string ban = (await client.AskAsync(cancel, "get", Jail, "action", name, "actionban"))!.Output;
        string? firewall = Firewalls.FirstOrDefault(tool => ban.Split(' ', '<', '>', '\n', ';').Contains(tool));
        return firewall is null || ExternalProgram.IsInstalled(firewall)
            ? new CheckResult($"ban action {name}")
            : new CheckResult(
                $"ban action {name}",
                $"it calls {firewall}, which is not installed: install it, or set another banaction in jail.local, such as "
                    + "nftables[type=allports].");
    }
}
