using System.ComponentModel;
using F2bBroker.Daemon;
using F2bBroker.Producer.Journal;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer;

/// <summary>Finds errors of the files that the producer needs, before it starts.</summary>
internal static class ProducerFileCheck
{
    /// <param name="target">fail2ban's log target; null if it is unknown.</param>
    public static IEnumerable<string> FindErrors(Settings settings, LogTarget? target)
    {
        if ((settings.Producer.ReadsJournal ? FindJournalError() : FindLogError(settings.Producer.LogPath, target)) is { } source)
        {
            yield return source;
        }

        if (FolderCheck.FindError(settings.Producer.Checkpoint) is { } folder)
        {
            yield return $"[producer] checkpoint: {folder}";
        }
    }

    /// <summary>
    /// Finds conflicts with fail2ban's configuration. They are only likely, because fail2ban can be started with another target.
    /// </summary>
    public static IEnumerable<string> FindWarnings(Settings settings, LogTarget? target)
    {
        ProducerSettings producer = settings.Producer;
        if (producer.ReadsJournal && target is { IsReadableFromJournal: false })
        {
            yield return $"[producer] source: fail2ban's logtarget is {target}, so its bans do not reach the journal as structured "
                + "entries. Set logtarget = SYSTEMD-JOURNAL in fail2ban.local.";
        }
        else if (!producer.ReadsJournal && !producer.IsSyslog && target is { IsKeyword: true } && File.Exists(producer.LogPath))
        {
            yield return $"[producer] logpath: fail2ban does not write to {producer.LogPath}. {RemedyFor(target)}";
        }
    }

    private static string? FindLogError(string path, LogTarget? target)
    {
        if (Directory.Exists(path))
        {
            return $"[producer] logpath: {path} is a directory; name fail2ban's log file.";
        }

        try
        {
            using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return File.Exists(path)
                ? $"[producer] logpath: {path} cannot be read: {failure.Message} The producer's user must be able to read it (group adm "
                    + "on Debian)."
                : $"[producer] logpath: {path} does not exist. "
                    + (
                        target is { IsKeyword: true }
                            ? RemedyFor(target)
                            : "Name the file that fail2ban logs to (fail2ban-client get logtarget).");
        }
    }

    private static string RemedyFor(LogTarget target) =>
        $"Its logtarget is {target}, which leaves no file: "
        + (
            target.IsReadableFromJournal
                ? "set [producer] source = journal."
                : "set logtarget in fail2ban.local to a file, or to SYSTEMD-JOURNAL and [producer] source = journal.");

    private static string? FindJournalError()
    {
        try
        {
            return JournalctlProcess.FindError() is { } error
                ? $"[producer] source: {error} The producer's user must be able to read the journal (group systemd-journal)."
                : null;
        }
        catch (Win32Exception failure)
        {
            return $"[producer] source: journalctl cannot be run: {failure.Message.TrimEnd('.')}. Without systemd, set source = file.";
        }
    }
}
