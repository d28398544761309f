using F2bBroker.Shared.Logs;

namespace F2bBroker.Producer.Tailing;

/// <summary>Finds and opens the file to read next, among a log and its rotated siblings.</summary>
/// <param name="path">The log's path. The file behind it changes.</param>
/// <param name="warn">Receives warnings about files that were changed, replaced or removed.</param>
internal sealed class LogFileFinder(string path, Action<string> warn)
{
    /// <summary>
    /// Opens the file of a position, at that position. If the file was changed before the position, opens it at its beginning. If no file
    /// matches, opens the first one that was written to since then. Returns null if the log has no file at present.
    /// </summary>
    public LogFile? OpenAt(LogPosition position) =>
        position.HeadLength > 0 && (OpenUnchanged(position) ?? OpenChanged(position)) is { } found
            ? WarnIfOtherFile(found, position)
            : OpenFirst(position);

    /// <summary>Opens the oldest non-empty file that was written to since then; returns null if there is none.</summary>
    public LogFile? OpenFirstWrittenSince(DateTime moment) => OpenFirstNonEmpty(WrittenSince(moment));

    /// <summary>Opens the next non-empty file after the current one; returns null if there is none at present.</summary>
    /// <param name="current">The file that is being read.</param>
    /// <param name="position">The position in it, at which a copy of it under the log's name is continued.</param>
    /// <param name="isReplaced">True if neither the log nor a rotated file is the current one or its compressed copy.</param>
    public LogFile? OpenNext(LogFile current, LogPosition position, out bool isReplaced)
    {
        string[] files = [.. Files()];
        int index = Array.FindLastIndex(files, candidate => IsSameFile(candidate, current));
        isReplaced = index < 0;
        if (isReplaced)
        {
            return LogFile.OpenAt(path, position) ?? OpenFirstWrittenSince(current.LastWriteTime);
        }

        LogFile? next = OpenFirstNonEmpty(files[(index + 1)..]);
        if (!IsSameFile(files[index], current))
        {
            next?.Dispose(); // The log was rotated in the meantime, so the opened file may be a later one.
            return null;
        }

        return next;
    }

    private LogFile? OpenUnchanged(LogPosition position) =>
        Files().Reverse().Select(candidate => LogFile.OpenAt(candidate, position)).FirstOrDefault(opened => opened is not null);

    private LogFile? OpenChanged(LogPosition position)
    {
        LogFile? changed =
            Files().Reverse().Select(candidate => LogFile.OpenWithHead(candidate, position)).FirstOrDefault(opened => opened is not null);
        if (changed is not null)
        {
            warn(
                $"{changed.Path} was changed before byte {position.Offset}, up to which it had been read. Reading it again from its "
                    + "beginning; the other servers skip the bans that they have.");
        }

        return changed;
    }

    private LogFile? OpenFirst(LogPosition position)
    {
        if (position.HeadLength > 0)
        {
            warn(
                $"{path} was truncated, or the last file that was read no longer exists. Reading everything written since then. A ban "
                    + "that was only in the missing part is lost. If an editor or sed -i replaced the log, run fail2ban-client flushlogs.");
        }

        return OpenFirstWrittenSince(position.WrittenAt) ?? LogFile.OpenAtBeginning(path);
    }

    private LogFile WarnIfOtherFile(LogFile found, LogPosition position)
    {
        if (found.Path == path && position.Inode != 0 && position.Inode != found.Identity.Inode)
        {
            warn(
                $"{path} is another file than the one that was read last (sed -i, an editor, a restored copy). If fail2ban was not "
                    + "restarted since then, it still writes to the old file, and those bans are not shared. Run fail2ban-client "
                    + "flushlogs, or restart the program that writes the log.");
        }

        return found;
    }

    /// <summary>Returns true for the file itself, which was read to its end, and for an archive that ends where it ends.</summary>
    private static bool IsSameFile(string candidate, LogFile current)
    {
        if (FileIdentity.FromFile(candidate) == current.Identity)
        {
            return true;
        }

        using LogFile? copy =
            candidate.EndsWith(".gz", StringComparison.Ordinal) ? LogFile.OpenAt(candidate, current.PositionAtOffset) : null;
        return copy?.Read(new byte[1]) == 0;
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

    private IEnumerable<string> Files() => File.Exists(path) ? RotatedLogs.FindWithLog(path) : RotatedLogs.Find(path);
}
