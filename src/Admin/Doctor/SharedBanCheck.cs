using System.Globalization;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Doctor;

/// <summary>Checks that fail2ban holds the last bans of the monitored log whose ban time is not over.</summary>
/// <param name="log">The path of the monitored log.</param>
internal sealed class SharedBanCheck(string log, Fail2BanClient client, TimeProvider time)
{
    private const string Jail = MonitoredLogJails.Default;
    private const string Subject = "shared bans in fail2ban";
    private const int MaxBans = 20;
    private const int MaxListed = 5;

    /// <summary>Returns the result; null if fail2ban does not answer any more.</summary>
    public async Task<CheckResult?> RunAsync(CancellationToken cancel)
    {
        if (await AskAsync(cancel, "get", Jail, "ignoreip") is not { } ignored
            || await AskAsync(cancel, "get", Jail, "bantime") is not { } banTime
            || !long.TryParse(banTime, CultureInfo.InvariantCulture, out long seconds))
        {
            return null;
        }

        TimeSpan? limit = seconds < 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
        ExpectedBans expected = new(limit, Parse(ignored), time.GetUtcNow());
        try
        {
            // Read before fail2ban is asked, so that it has had time for each line.
            Subnet[] bans = [.. expected.Select(MonitoredLogTail.Read(log)).Take(MaxBans)];
            return bans.Length > 0
                ? Compare(bans, await HeldAsync(cancel))
                : new CheckResult(
                    $"{Subject}: {log} has no ban that is older than {ExpectedBans.Tolerance.TotalMinutes} minute and not over after "
                        + $"bantime = {seconds}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new CheckResult(Subject, $"{log} cannot be read: {failure.Message}");
        }
    }

    private CheckResult Compare(Subnet[] bans, HashSet<Subnet> held)
    {
        Subnet[] missing = [.. bans.Where(ban => !held.Contains(ban))];
        string listed = string.Join(", ", missing.Take(MaxListed)) + (missing.Length > MaxListed ? ", …" : "");
        return missing.Length switch
        {
            0 => new CheckResult($"{Subject}: it holds {Count(bans)} of {log}"),
            > 1 when missing.Length == bans.Length => new CheckResult(
                Subject,
                $"it holds none of {Count(bans)} of {log} ({listed}). Unless all of them were unbanned by hand, it does not read or match "
                    + $"the log. Run fail2ban-regex {log} {Jail}: if it matches the lines, run fail2ban-client reload --restart {Jail}, "
                    + $"otherwise restore filter.d/{Jail}.conf. fail2ban's log names errors of the jail."),
            _ => new CheckResult(
                $"{Subject}: it holds {bans.Length - missing.Length} of {Count(bans)} of {log}, not {listed} (unbanned by hand, or ignored "
                    + "by a name or command)"),
        };
    }

    private static string Count(Subnet[] bans) => bans.Length == 1 ? "the last ban" : $"the last {bans.Length} bans";

    /// <summary>Returns what the jail f2bbroker holds, and jails of the operator whose names begin with it.</summary>
    private async Task<HashSet<Subnet>> HeldAsync(CancellationToken cancel)
    {
        HashSet<Subnet> held = [];
        foreach (string jail in (await client.JailsAsync(cancel)).Where(MonitoredLogJails.Bans))
        {
            held.UnionWith(Parse(await AskAsync(cancel, "get", jail, "banip") ?? ""));
        }

        return held;
    }

    /// <summary>Returns the addresses and networks among the words of an answer.</summary>
    private static Subnet[] Parse(string answer) => [.. answer.Split((char[]?)null).Select(Subnet.Parse).OfType<Subnet>()];

    private async Task<string?> AskAsync(CancellationToken cancel, params string[] question) =>
        await client.AskAsync(cancel, question) is { IsSuccess: true } answer ? answer.Output : null;
}
