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
    public LogFile? OpenAt(LogPosition position)
    {
        Found found = Search(files =>
            position.HeadLength > 0 && (FindUnchanged(files, position) ?? FindChanged(files, position)) is { } opened
                ? opened
                : FindFirst(files, position));
        foreach (string warning in found.Warnings.OfType<string>())
        {
            warn(warning);
        }

        return found.File;
    }

    /// <summary>Opens the oldest non-empty file that was written to since then; returns null if there is none.</summary>
    public LogFile? OpenFirstWrittenSince(DateTime moment) => Search(files => new Found(OpenFirstWrittenSince(files, moment))).File;

    /// <summary>Opens the next non-empty file after the current one; returns null if there is none at present.</summary>
    /// <param name="current">The file that is being read.</param>
    /// <param name="position">The position in it, at which a copy of it under the log's name is continued.</param>
    /// <param name="isReplaced">True if neither the log nor a rotated file is the current one or its compressed copy.</param>
    public LogFile? OpenNext(LogFile current, LogPosition position, out bool isReplaced)
    {
        Found found = Search(files =>
        {
            int next = files.Count;
            while (next > 0 && !IsSameFile(files[next - 1], current))
            {
                next--;
            }

            return next == 0
                ? new Found(LogFile.OpenAt(path, position) ?? OpenFirstWrittenSince(files, current.LastWriteTime)) { IsReplaced = true }
                : new Found(OpenFirstNonEmpty(files.Skip(next)));
        });
        isReplaced = found.IsReplaced;
        return found.File;
    }

    private Found Search(Func<IReadOnlyList<string>, Found> search) => RotatedLogs.Search(path, search);

    private Found? FindUnchanged(IReadOnlyList<string> files, LogPosition position) =>
        OpenNewest(files, candidate => LogFile.OpenAt(candidate, position)) is { } found
            ? new Found(found, WarningIfOther(found, position))
            : null;

    private Found? FindChanged(IReadOnlyList<string> files, LogPosition position) =>
        OpenNewest(files, candidate => LogFile.OpenWithHead(candidate, position)) is { } changed
            ? new Found(
                changed,
                $"{changed.Path} was changed before byte {position.Offset}, up to which it had been read. Reading it again from its "
                    + "beginning; the other servers skip the bans that they have.",
                WarningIfOther(changed, position))
            : null;

    private Found FindFirst(IReadOnlyList<string> files, LogPosition position) =>
        new(
            OpenFirstWrittenSince(files, position.WrittenAt) ?? LogFile.OpenAtBeginning(path),
            position.HeadLength > 0
                ? $"{path} was truncated, or the last file that was read no longer exists. Reading everything written since then. A ban "
                    + "that was only in the missing part is lost. If an editor or sed -i replaced the log, run fail2ban-client flushlogs."
                : null);

    private string? WarningIfOther(LogFile found, LogPosition position) =>
        found.Path == path && position.Inode != 0 && position.Inode != found.Identity.Inode
            ? $"{path} is another file than the one that was read last (sed -i, an editor, a restored copy). If fail2ban was not "
                + "restarted since then, it still writes to the old file, and those bans are not shared. Run fail2ban-client "
                + "flushlogs, or restart the program that writes the log."
            : null;

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

    private static LogFile? OpenNewest(IReadOnlyList<string> files, Func<string, LogFile?> open) =>
        files.Reverse().Select(open).FirstOrDefault(opened => opened is not null);

    private static LogFile? OpenFirstWrittenSince(IReadOnlyList<string> files, DateTime moment) =>
        OpenFirstNonEmpty(files.Where(candidate => File.GetLastWriteTimeUtc(candidate) >= moment));

    private sealed record Found(LogFile? File, params string?[] Warnings) : IDisposable
    {
        public bool IsReplaced { get; init; }

        public void Dispose() => File?.Dispose();
    }
}
