using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Programs;

/// <summary>Runs <c>fail2ban-client</c>, which only root can do on most systems.</summary>
/// <param name="socket">fail2ban's socket; null for the one of its configuration.</param>
internal sealed partial class Fail2BanClient(string? socket)
{
    // `- Jail list:	sshd, f2bbroker
    [GeneratedRegex(@"Jail list:\s*(?<jails>.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex JailList { get; }

    // |- /var/log/f2bbroker/bans.log
    [GeneratedRegex(@"^[|`]- (?<path>/.*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex MonitoredPath { get; }

    /// <summary>Returns the answer; null if fail2ban is not installed.</summary>
    public Task<ExternalProgram.Result?> AskAsync(CancellationToken cancel, params IEnumerable<string> question) =>
        ExternalProgram.RunAsync("fail2ban-client", [.. socket is null ? [] : new[] { "--socket", socket }, .. question], cancel);

    /// <summary>Returns the names of the running jails; none if fail2ban does not answer.</summary>
    public async Task<string[]> JailsAsync(CancellationToken cancel) =>
        await AskAsync(cancel, "status") is { IsSuccess: true } status
            ? JailList.Match(status.Output).Groups["jails"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries)
            : [];

    /// <summary>Returns the paths of the logs that a jail monitors.</summary>
    public async Task<string[]> LogPathsAsync(string jail, CancellationToken cancel) =>
        await AskAsync(cancel, "get", jail, "logpath") is { IsSuccess: true } logs
            ? [.. MonitoredPath.Matches(logs.Output).Select(match => match.Groups["path"].Value)]
            : [];
}
