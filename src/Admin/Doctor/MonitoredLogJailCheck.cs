using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Doctor;

/// <summary>Checks the jails f2bbroker and f2bbroker-…: each monitors the consumer's log, and its filter can match bans only.</summary>
/// <param name="log">The path of the monitored log.</param>
internal sealed class MonitoredLogJailCheck(string log, Fail2BanClient client)
{
    /// <summary>Returns the results. The first is that of the jail f2bbroker.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        string[] jails = [.. (await client.JailsAsync(cancel)).Where(MonitoredLogJails.Includes)];
        List<CheckResult> results = [];
        foreach (string jail in jails.OrderBy(jail => jail != MonitoredLogJails.Default).ThenBy(jail => jail, StringComparer.Ordinal))
        {
            results.Add(await CheckAsync(jail, cancel));
        }

        return jails.Contains(MonitoredLogJails.Pardon)
            ? results
            : [
                .. results,
                new CheckResult(
                    $"fail2ban's jail {MonitoredLogJails.Pardon}: not enabled, so a pardoned address stays banned for its bantime"),
            ];
    }

    private async Task<CheckResult> CheckAsync(string jail, CancellationToken cancel)
    {
        string subject = $"fail2ban's jail {jail}";
        string[] logs = await client.LogPathsAsync(jail, cancel);
        return
            !logs.Contains(log)
                ? new CheckResult(
                    subject,
                    $"it does not monitor {log}: set logpath = {log} for it in jail.local, and backend = auto. (It monitors "
                        + $"{(logs.Length > 0 ? string.Join(", ", logs) : "no file")}.)")
            : await FindUnbalancedAsync(jail, cancel) is { } parameter
                ? new CheckResult(
                    subject,
                    $"the parentheses of its filter's parameter {parameter.Name} are not balanced, so it can match lines that are no bans: "
                        + $"{parameter.Pattern}. Correct filter = f2bbroker[…] for it in jail.local, then fail2ban-client reload.")
            : new CheckResult(
                jail == MonitoredLogJails.Pardon
                    ? $"{subject}, enabled: it unbans pardoned addresses in all jails"
                    : $"{subject}, which monitors {log}");
    }

    private async Task<FilterParameter?> FindUnbalancedAsync(string jail, CancellationToken cancel) =>
        await client.AskAsync(cancel, "get", jail, "failregex") is { IsSuccess: true } answer
            ? FilterParameter.ReadAll(answer.Output).FirstOrDefault(parameter => !parameter.IsBalanced)
            : null;
}
