using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;

namespace F2bBroker.Admin.Doctor;

/// <summary>Looks at fail2ban: whether it logs where the producer reads, and has a jail that reads what the consumer writes, and can ban.</summary>
/// <param name="socket">fail2ban's socket; null for the usual one.</param>
internal sealed class Fail2BanCheck(Settings settings, string? socket)
{
    private const string Jail = "f2bbroker";

    /// <summary>What fail2ban's ban actions call.</summary>
    private static readonly string[] Firewalls = ["nft", "iptables", "ipset", "ufw", "firewall-cmd", "shorewall"];

    /// <param name="role">What the server does.</param>
    public async Task<IReadOnlyList<Finding>> LookAsync(Role role, CancellationToken cancel)
    {
        Tool.Result? ping = await AskAsync(cancel, "ping");
        if (ping is not { IsSuccess: true })
        {
            return [new Finding("fail2ban", ping is null ? "it is not installed: apt-get install fail2ban." : $"it does not answer: systemctl start fail2ban. ({ping.Words})")];
        }

        List<Finding> findings = [];
        if (role.Reports)
        {
            findings.Add(LogTarget((await AskAsync(cancel, "get", "logtarget"))!.LastLine));
        }

        if (role.Receives)
        {
            findings.AddRange(await JailAsync(cancel));
        }

        return findings;
    }

    private Finding LogTarget(string target)
    {
        ProducerSettings producer = settings.Producer;
        bool isRight = producer.ReadsJournal ? target is "SYSTEMD-JOURNAL" or "SYSLOG" : producer.IsSyslog || target == producer.LogPath;
        return isRight
            ? new Finding($"fail2ban's log target {target}")
            : new Finding("fail2ban's log target", producer.ReadsJournal
                ? $"it is {target}, and [producer] source = journal: set logtarget = SYSTEMD-JOURNAL in fail2ban.local."
                : $"it is {target}, and [producer] logpath is {producer.LogPath}: set the one to the other.");
    }

    private async Task<IEnumerable<Finding>> JailAsync(CancellationToken cancel)
    {
        if (await AskAsync(cancel, "status", Jail) is not { IsSuccess: true })
        {
            return [new Finding($"fail2ban's jail {Jail}", $"it is not there. Is /etc/fail2ban/jail.d/{Jail}.conf there, and not disabled in jail.local? Then fail2ban-client reload.")];
        }

        Tool.Result logs = (await AskAsync(cancel, "get", Jail, "logpath"))!;
        string path = settings.Consumer.LogPath;
        bool readsOurs = logs.Output.Split('\n').Any(line => line.EndsWith($" {path}", StringComparison.Ordinal));
        return
        [
            readsOurs
                ? new Finding($"fail2ban's jail {Jail}, which monitors {path}")
                : new Finding($"fail2ban's jail {Jail}", $"it does not monitor {path}: set logpath = {path} for it in jail.local, and backend = auto. ({logs.Words})"),
            .. await ActionsAsync(cancel),
        ];
    }

    private async Task<IEnumerable<Finding>> ActionsAsync(CancellationToken cancel)
    {
        string[] names = [.. (await AskAsync(cancel, "get", Jail, "actions"))!.Output.Split('\n').Skip(1).SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries))];
        List<Finding> findings = [];
        foreach (string name in names)
        {
            findings.Add(await ActionAsync(name, cancel));
        }

        return findings.Count > 0 ? findings : [new Finding($"ban action of {Jail}", "it has none, so nobody is banned: set banaction in jail.local.")];
    }

    private async Task<Finding> ActionAsync(string name, CancellationToken cancel)
    {
        string ban = (await AskAsync(cancel, "get", Jail, "action", name, "actionban"))!.Output;
        string? firewall = Firewalls.FirstOrDefault(tool => ban.Split(' ', '<', '>', '\n', ';').Contains(tool));
        return firewall is null || Tool.IsInstalled(firewall)
            ? new Finding($"ban action {name}")
            : new Finding($"ban action {name}", $"it calls {firewall}, which is not installed: install it, or set another banaction in jail.local, such as nftables[type=allports].");
    }

    private Task<Tool.Result?> AskAsync(CancellationToken cancel, params IEnumerable<string> question) =>
        Tool.AskAsync("fail2ban-client", [.. socket is null ? [] : new[] { "--socket", socket }, .. question], cancel);
}
