using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Logs;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Producer.Checks;

/// <summary>Checks that fail2ban logs its bans, where the producer reads and in a form that it reads.</summary>
internal static class Fail2BanCheck
{
    /// <summary>Returns the errors; it asks a running fail2ban too.</summary>
    /// <param name="socket">fail2ban's socket; null for the one of its configuration.</param>
    public static async Task<IEnumerable<string>> FindErrorsAsync(Settings settings, string? socket, CancellationToken cancel)
    {
        Fail2BanClient client = new(socket);
        Fail2BanSettings fail2ban = await Fail2BanSettings.ReadFrom(Fail2BanSettings.Folder).AskAsync(client, cancel);
        string[] found = [.. FindErrors(settings, fail2ban)];
        List<string> errors = [.. found, .. await MonitoredLogCheck.FindErrorsAsync(settings, client, cancel)];
        if (found.Length == 0
            && !settings.Producer.ReadsJournal
            && File.Exists(settings.Producer.LogPath)
            && await UnwrittenLogCheck.FindErrorAsync(settings.Producer.LogPath, client, cancel) is { } error)
        {
            errors.Add($"[producer] logpath: {error}");
        }

        return errors;
    }

    /// <summary>Returns the errors that the settings and the log show.</summary>
    public static IEnumerable<string> FindErrors(Settings settings, Fail2BanSettings fail2ban)
    {
        ProducerSettings producer = settings.Producer;
        string?[] errors =
        [
            fail2ban.HidesBans ? LevelError(fail2ban.LogLevel!) : null,
            fail2ban.Target is { } target
                ? producer.ReadsJournal ? JournalError(target) : LogError(producer, target, fail2ban.IsRunning)
                : null,
            producer.ReadsJournal ? null : LastLinesCheck.FindError(producer),
        ];
        return errors.OfType<string>();
    }

    /// <summary>Returns what to do if no file is written.</summary>
    public static string RemedyFor(LogTarget target) =>
        $"Its logtarget is {target}, which leaves no file: "
        + (
            target.IsReadableFromJournal
                ? "set [producer] source = journal."
                : "set logtarget in fail2ban.local to a file, or to SYSTEMD-JOURNAL and [producer] source = journal.");

    private static string LevelError(string level) =>
        $"fail2ban's loglevel is {level}, so it does not log its bans. Set loglevel = INFO in fail2ban.local, and run fail2ban-client set "
        + "loglevel INFO.";

    private static string? JournalError(LogTarget target) =>
        !target.IsReadableFromJournal
            ? $"[producer] source: fail2ban's logtarget is {target}, so its bans do not reach the journal as structured entries. Set "
                + "logtarget = SYSTEMD-JOURNAL in fail2ban.local."
        : target.HasOwnFormat ? FormatError(target)
        : null;

    private static string? LogError(ProducerSettings producer, LogTarget target, bool isRunning) =>
        target.HasOwnFormat ? FormatError(target)
        : target.IsUndated
            ? $"fail2ban's logtarget {target} has datetime=off, so its lines have no date and its bans are not shared. Remove datetime=off "
                + "in fail2ban.local, and restart fail2ban."
        : producer.Format == LogFormat.Syslog || !File.Exists(producer.LogPath) ? null
        : target.IsKeyword ? $"[producer] logpath: fail2ban does not write to {producer.LogPath}. {RemedyFor(target)}"
        : isRunning && !IsSameFile(target.Name, producer.LogPath)
            ? $"[producer] logpath: fail2ban does not write to {producer.LogPath} but to {target}. Set logpath to the file of fail2ban's "
                + "logtarget."
        : null;

    private static string FormatError(LogTarget target) =>
        $"fail2ban's logtarget {target} has a format of its own, so its bans are not shared. Remove format= in fail2ban.local, and restart "
        + "fail2ban.";

    private static bool IsSameFile(string path, string other)
    {
        try
        {
            return path == other || FileIdentity.FromFile(path) is { } identity && identity == FileIdentity.FromFile(other);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
