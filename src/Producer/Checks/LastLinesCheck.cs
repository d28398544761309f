using System.Text;
using F2bBroker.Producer.Parsing;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Checks;

/// <summary>Checks that the last lines of the log have a form that the producer reads.</summary>
internal static class LastLinesCheck
{
    private const int Length = 64 * 1024;

    /// <summary>Returns the error of the producer's log; null if there is none, or if the log cannot be read.</summary>
    public static string? FindError(ProducerSettings producer)
    {
        try
        {
            return FindErrorIn(producer.LogPath, producer.Format) is { } error ? $"[producer] logpath: {error}" : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // ProducerFileCheck reports it.
        }
    }

    /// <summary>Returns an error message if the last line whose form is known cannot be read, or if no form is known.</summary>
    private static string? FindErrorIn(string path, LogFormat format)
    {
        string[] lines = LastLines(path);
        LogForm? form = lines.Reverse().Select(line => LogHeader.Parse(line).Form).FirstOrDefault(known => known != LogForm.Unknown);
        SkipReason? reason =
            form is { } known and not LogForm.Unknown ? UnsharedLine.FindReasonOfForm(known, format)
            : lines.Length > 0 && format == LogFormat.Fail2Ban ? SkipReason.UnknownForm
            : null;
        return reason is null
            ? null
            : $"The last lines of {path} are {reason.Text}, so bans in them are not shared. {reason.Remedy}";
    }

    /// <summary>Returns the last whole lines.</summary>
    private static string[] LastLines(string path)
    {
        using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long start = Math.Max(0, log.Length - Length);
        log.Position = start;
        byte[] bytes = new byte[Length];
        string[] parts = Encoding.UTF8.GetString(bytes, 0, log.ReadAtLeast(bytes, Length, throwOnEndOfStream: false)).Split('\n');
        return parts[(start > 0 ? 1 : 0)..^1];
    }
}
