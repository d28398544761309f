using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Producer.Checks;

/// <summary>Checks that no jail whose bans are shared monitors the consumer's log: its bans are those of other servers.</summary>
internal static class MonitoredLogCheck
{
    /// <summary>Returns an error for each such jail; none if fail2ban does not answer.</summary>
    public static async Task<IReadOnlyList<string>> FindErrorsAsync(Settings settings, Fail2BanClient client, CancellationToken cancel)
    {
        string log = settings.Consumer.LogPath;
        List<string> errors = [];
        foreach (string jail in (await client.JailsAsync(cancel)).Where(settings.Producer.Jails.Includes))
        {
            if ((await client.LogPathsAsync(jail, cancel)).Contains(log))
            {
                errors.Add(
                    $"[producer] ignorejails: fail2ban's jail {jail} monitors {log}, so it bans what other servers have banned, and these "
                        + $"bans are shared again. Add {jail} to ignorejails, or rename the jail to {MonitoredLogJails.Default}-{jail}.");
            }
        }

        return errors;
    }
}
