namespace F2bBroker.Producer.Tailing;

/// <summary>
/// The files that <c>sed -i</c> or an editor replaced under the log's name. fail2ban writes to such a file until it reopens its log.
/// </summary>
/// <param name="path">The log's path.</param>
/// <param name="warn">Receives a warning when such a file is written to.</param>
internal sealed class ReplacedFiles(string path, TimeProvider time, Action<string> warn) : IDisposable
{
    /// <summary>How long the log has to be written to, and the replaced file not, until the replaced file is closed.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(10);

    // Each of an editor's many saves replaces a file, and only a file that was written to can be fail2ban's.
    private const int MaxUnwritten = 4;

    private readonly List<(LogFileReader Reader, long Since)> files = [];
    private bool hasWarned;

    /// <summary>The inode of the file that fail2ban may still write to; null if there is none.</summary>
    public ulong? Inode => files.Count > 0 ? files[0].Reader.File.Identity.Inode : null;

    public void Add(LogFileReader reader)
    {
        if (files.Count < MaxUnwritten || reader.GrewAt is not null)
        {
            files.Add((reader, time.GetTimestamp()));
        }
        else
        {
            reader.Dispose();
        }
    }

    /// <summary>Returns the next whole lines of one of the files, at the position of the log; null if there are none at present.</summary>
    /// <param name="log">The file that now has the log's name.</param>
    public LogBlock? Read(LogFileReader log)
    {
        foreach ((LogFileReader reader, _) in files)
        {
            if (reader.Read() is { } block)
            {
                Warn();
                return block.At(log.Position);
            }
        }

        foreach ((LogFileReader Reader, long Since) file in files.Where(file => IsDone(file.Reader, file.Since, log)).ToArray())
        {
            file.Reader.Close();
            files.Remove(file);
            hasWarned &= files.Count > 0;
            log.File.ReplacedInode = Inode;
        }

        return null;
    }

    /// <summary>Warns, once, that a file is written to that has no name any more.</summary>
    public void Warn()
    {
        if (!hasWarned)
        {
            hasWarned = true;
            warn(
                $"{path} was replaced or deleted (sed -i, an editor), and the old file is still written to. Its bans are read until this "
                    + "program is restarted; then the old file can no longer be found. Run fail2ban-client flushlogs, or restart the "
                    + "program that writes the log.");
        }
    }

    public void Dispose() => files.ForEach(file => file.Reader.Dispose());

    private bool IsDone(LogFileReader reader, long since, LogFileReader log) =>
        log.GrewAt is { } grewAt && time.GetElapsedTime(Math.Max(since, reader.GrewAt ?? since), grewAt) > QuietTime;
}
