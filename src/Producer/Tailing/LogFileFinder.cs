using F2bBroker.Shared.Logs;

namespace F2bBroker.Producer.Tailing;

/// <summary>Finds and opens the file to read next, among a log and its rotated siblings.</summary>
/// <param name="path">The log's path. The file behind it changes.</param>
internal sealed class LogFileFinder(string path)
{
    /// <summary>Opens the file of a position, at that position; returns null if no file matches.</summary>
    public LogFile? OpenAt(LogPosition position) =>
        Files().Reverse().Select(candidate => LogFile.OpenAt(candidate, position)).FirstOrDefault(opened => opened is not null);

    /// <summary>Opens the oldest non-empty file that was written to since then; returns null if there is none.</summary>
    public LogFile? OpenFirstWrittenSince(DateTime moment) => OpenFirstNonEmpty(WrittenSince(moment));

    /// <summary>Opens the next non-empty file after the current one; returns null if there is none at present.</summary>
    /// <param name="current">The file that is being read.</param>
    /// <param name="position">The position in it, by which a compressed copy of it is recognised.</param>
    public LogFile? OpenNext(LogFile current, LogPosition position)
    {
        string[] files = [.. Files()];
        int index = Array.FindLastIndex(files, candidate => IsSameFile(candidate, current, position));
        LogFile? next = OpenFirstNonEmpty(index >= 0 ? files[(index + 1)..] : WrittenSince(current.LastWriteTime));
        if (index >= 0 && !IsSameFile(files[index], current, position))
        {
            next?.Dispose(); // The log was rotated in the meantime, so the opened file may be a later one.
            return null;
        }

        return next;
    }

    private static bool IsSameFile(string candidate, LogFile current, LogPosition position)
    {
        if (FileIdentity.FromFile(candidate) == current.Identity)
        {
            return true;
        }

        using LogFile? copy = candidate.EndsWith(".gz", StringComparison.Ordinal) ? LogFile.OpenAt(candidate, position) : null;
        return copy is not null;
    }

    private static LogFile? OpenFirstNonEmpty(IEnumerable<string> candidates)
    {
        foreach (LogFile opened in candidates.Select(LogFile.OpenAtBeginning).OfType<LogFile>())
        {
            if (opened.EmptySince is null)
            {
                return opened;
            }

            opened.Dispose();
        }

        return null;
    }

    private IEnumerable<string> WrittenSince(DateTime moment) => Files().Where(candidate => File.GetLastWriteTimeUtc(candidate) >= moment);

    private IEnumerable<string> Files() => File.Exists(path) ? [.. RotatedLogs.Find(path), path] : RotatedLogs.Find(path);
}
