using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;

namespace F2bBroker.Producer;

/// <summary>Tells what is wrong with the files that the producer needs, before it starts.</summary>
internal static class ProducerFiles
{
    public static IEnumerable<string> Faults(Settings settings)
    {
        if (FaultOfLog(settings.Producer.LogPath) is { } log)
        {
            yield return log;
        }

        if (StateFolder.FaultOf(settings.Producer.Checkpoint) is { } folder)
        {
            yield return $"[producer] checkpoint: {folder}";
        }
    }

    private static string? FaultOfLog(string path)
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
                ? $"[producer] logpath: {path} cannot be read: {failure.Message} The producer's user must be able to read it (group adm on Debian)."
                : $"[producer] logpath: {path} is not there. Name the file that fail2ban logs to (fail2ban-client get logtarget).";
        }
    }
}
