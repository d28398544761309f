using System.ComponentModel;
using F2bBroker.Daemon;
using F2bBroker.Producer.Journal;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Checks;

/// <summary>Finds errors of the files that the producer needs, before it starts.</summary>
internal static class ProducerFileCheck
{
    public static IEnumerable<string> FindErrors(Settings settings, Fail2BanSettings fail2ban)
    {
        if ((settings.Producer.ReadsJournal ? FindJournalError() : FindLogError(settings.Producer, fail2ban.Target)) is { } source)
        {
            yield return source;
        }

        if (FolderCheck.FindError(settings.Producer.Checkpoint) is { } folder)
        {
            yield return $"[producer] checkpoint: {folder}";
        }
    }

    private static string? FindLogError(ProducerSettings producer, LogTarget? target)
    {
        string path = producer.LogPath;
        bool isForwarding = producer.Format == LogFormat.F2bBroker;
        if (Directory.Exists(path))
        {
            return $"[producer] logpath: {path} is a directory; name {(isForwarding ? "the consumer's log" : "fail2ban's log file")}.";
        }

        try
        {
            using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(path))
            {
                string group = isForwarding ? "" : " (group adm on Debian)";
                return $"[producer] logpath: {path} cannot be read: {failure.Message} The producer's user must be able to read it"
                    + $"{group}.";
            }

            string remedy =
                isForwarding ? "Start the consumer of the other group, which writes it."
                : target is { IsKeyword: true } ? Fail2BanCheck.RemedyFor(target)
                : "Name the file that fail2ban logs to (fail2ban-client get logtarget).";
            return $"[producer] logpath: {path} does not exist. {remedy}";
        }
    }

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
