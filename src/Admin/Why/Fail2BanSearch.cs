using System.Globalization;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Why;

/// <summary>Asks fail2ban which jails have banned an address, until when, and which jails of shared bans ignore it.</summary>
internal sealed partial class Fail2BanSearch(Fail2BanClient client)
{
    private const string SharedJail = "f2bbroker";

    // 203.0.113.7 	2026-11-29 13:14:06 + 86400 = 2026-11-30 13:14:06
    [GeneratedRegex(
        @"^(?<ip>[^ \t]+)[ \t]+[0-9-]+ [0-9:]+ \+ (?<seconds>-?[0-9]+) = (?<until>[0-9]+-[0-9]+-[0-9]+ [0-9:]+)\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex BanWithTime { get; }

    public async Task<Fail2BanState> FindAsync(Subnet address, CancellationToken cancel)
    {
        ExternalProgram.Result? status = await client.AskAsync(cancel, "status");
        if (status is not { IsSuccess: true })
        {
            string problem = status is null ? "fail2ban is not installed." : $"fail2ban does not answer: {status.AllOutput}";
            return new Fail2BanState(problem, [], []);
        }

        List<Fail2BanBan> bans = [];
        List<IgnoredAddress> ignored = [];
        foreach (string jail in await client.JailsAsync(cancel))
        {
            string name = UntrustedText.ToSingleLine(jail);
            bans.AddRange(
                (await AskAsync(cancel, "get", jail, "banip", "--with-time"))
                    .Select(line => ParseBan(name, line, address))
                    .OfType<Fail2BanBan>());
            if (jail == SharedJail || jail.StartsWith($"{SharedJail}-", StringComparison.Ordinal))
            {
                ignored.AddRange(
                    (await AskAsync(cancel, "get", jail, "ignoreip"))
                        .Select(line => Subnet.Parse(line.Split(' ')[^1]))
                        .OfType<Subnet>()
                        .Where(network => network.Contains(address))
                        .Select(network => new IgnoredAddress(name, network.ToString())));
            }
        }

        return new Fail2BanState(null, bans, ignored);
    }

    /// <summary>Returns the ban of a line of <c>get JAIL banip --with-time</c>; null if it does not concern the address.</summary>
    internal static Fail2BanBan? ParseBan(string jail, string line, Subnet address)
    {
        GroupCollection parts = BanWithTime.Match(line).Groups;
        string text = parts["ip"].Success ? parts["ip"].Value : line.Split(' ', '\t')[0];
        bool isPermanent = parts["seconds"].Value.StartsWith('-');
        return Subnet.Parse(text) is { } ip && ip.Overlaps(address)
            ? new Fail2BanBan(jail, ip.ToString(), isPermanent ? null : ParseLocalTime(parts["until"].Value), isPermanent)
            : null;
    }

    // fail2ban prints the local time of this host.
    private static string? ParseLocalTime(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTime local)
            ? UtcTimestamp.Format(local)
            : null;

    private async Task<string[]> AskAsync(CancellationToken cancel, params string[] question) =>
        await client.AskAsync(cancel, question) is { IsSuccess: true } answer ? answer.Output.Split('\n') : [];
}
