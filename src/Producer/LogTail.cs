using System.Runtime.CompilerServices;
using F2bBroker.Daemon.Logs;

namespace F2bBroker.Producer;

/// <summary>Reads a log on from a position, over its rotations: every whole line once, in order; a line without its LF is not one yet.</summary>
/// <param name="path">The log's name; the files behind it change.</param>
/// <param name="tell">Takes a sentence about lines that could not be read.</param>
internal sealed class LogTail(string path, TimeProvider time, Action<string> tell) : IDisposable
{
    private readonly LineBuffer buffer = new();
    private LogFile? file;
    private long delivered;
    private bool sawNext;
    private bool isFailing;

    /// <summary>How far lines were delivered.</summary>
    public LogPosition Position => file!.PositionAt(delivered);

    /// <exception cref="IOException">The log is not there or cannot be read.</exception>
    public void StartAtBeginning() => SwitchTo(Required(LogFile.OpenAtBeginning(path)));

    /// <exception cref="IOException">The log is not there or cannot be read.</exception>
    public void StartAtEnd() => SwitchTo(Required(LogFile.OpenAtEnd(path)));

    /// <summary>Goes on where the position is now, be it renamed, copied or compressed since; if it is nowhere, with what was written since then.</summary>
    /// <exception cref="IOException">The log is not there or cannot be read.</exception>
    public void StartAt(LogPosition position) => SwitchTo(Required(Find(position)));

    /// <summary>The next whole lines, or null when there are none for now.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public LogBlock? Read()
    {
        do
        {
            if (ReadFile() is { } block)
            {
                return block;
            }
        }
        while (MoveOn());
        return null;
    }

    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        using LogWatch watch = new(path, time);
        for (bool isFresh = false; ; isFresh = false)
        {
            LogBlock? block;
            while ((block = ReadOrTell()) is null)
            {
                await watch.WaitAsync(stopping);
                isFresh = true;
            }

            stopping.ThrowIfCancellationRequested();
            block.IsFresh = isFresh;
            yield return block;
        }
    }

    public void Dispose() => file?.Dispose();

    /// <summary>A file that cannot be read for a while, as between being made and getting its owner, is tried again.</summary>
    private LogBlock? ReadOrTell()
    {
        try
        {
            LogBlock? block = Read();
            if (isFailing)
            {
                tell($"{path} can be read again.");
            }

            isFailing = false;
            return block;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!isFailing)
            {
                tell($"{path} cannot be read on: {failure.Message} Trying again; no ban is lost.");
            }

            isFailing = true;
            return null;
        }
    }

    private LogBlock? ReadFile()
    {
        if (file is { Offset: 0, EmptyAt: { } moment })
        {
            StartAtFirstWrittenSince(moment);
        }

        while (file!.Read(buffer.MakeSpace()) is > 0 and var count)
        {
            int overlong = buffer.Overlong;
            ReadOnlyMemory<byte> lines = buffer.Lines(count, out int behind);
            if (buffer.Overlong > overlong)
            {
                tell($"{path}: a line longer than {LineBuffer.Longest} bytes is passed over, the {buffer.Overlong}. one.");
            }

            if (lines.Length > 0)
            {
                delivered = file.Offset - behind;
                return new LogBlock(file, lines, delivered - lines.Length);
            }
        }

        return null;
    }

    /// <summary>A file that was empty has no beginning to be known by: since then it may have been filled, copied and cut, even more than once.</summary>
    private void StartAtFirstWrittenSince(DateTime moment)
    {
        LogFile? first = FirstFilled(WrittenSince(moment));
        if (first?.Identity == file!.Identity)
        {
            first.Dispose();
        }
        else
        {
            SwitchTo(first);
        }
    }

    /// <summary>At the end of a file: whether there is more to read elsewhere.</summary>
    private bool MoveOn()
    {
        if (!file!.IsUnchanged())
        {
            return SwitchTo(Find(Position));
        }

        if (FileIdentity.Of(path) == file.Identity || Next() is not { } next)
        {
            return false;
        }

        // fail2ban writes on to the renamed file until it opens the new one, so the old one is read once more after the new one was seen.
        if (sawNext)
        {
            return SwitchTo(next);
        }

        next.Dispose();
        sawNext = true;
        return true;
    }

    /// <summary>The next file after this one in which something stands.</summary>
    private LogFile? Next()
    {
        string[] files = [.. Files()];
        int mine = Array.FindLastIndex(files, IsMine);
        LogFile? next = FirstFilled(mine >= 0 ? files[(mine + 1)..] : WrittenSince(file!.WrittenAt));
        if (mine >= 0 && !IsMine(files[mine]))
        {
            next?.Dispose(); // Rotated meanwhile: what was opened may be a later one.
            return null;
        }

        return next;
    }

    private bool IsMine(string candidate)
    {
        if (FileIdentity.Of(candidate) == file!.Identity)
        {
            return true;
        }

        using LogFile? copy = candidate.EndsWith(".gz", StringComparison.Ordinal) ? LogFile.OpenAt(candidate, Position) : null;
        return copy is not null;
    }

    private LogFile? Find(LogPosition position)
    {
        if (position.HeadLength > 0)
        {
            if (Files().Reverse().Select(candidate => LogFile.OpenAt(candidate, position)).FirstOrDefault(opened => opened is not null) is { } found)
            {
                return found;
            }

            tell($"{path} was cut, or the file that was read last is gone. Reading what was written since; a ban that stood only in what is gone is lost.");
        }

        return FirstFilled(WrittenSince(position.WrittenAt)) ?? LogFile.OpenAtBeginning(path);
    }

    private static LogFile? FirstFilled(IEnumerable<string> candidates)
    {
        foreach (LogFile opened in candidates.Select(LogFile.OpenAtBeginning).OfType<LogFile>())
        {
            if (opened.EmptyAt is null)
            {
                return opened;
            }

            opened.Dispose();
        }

        return null;
    }

    private bool SwitchTo(LogFile? next)
    {
        if (next is null)
        {
            return false;
        }

        if (file is { IsDamaged: true })
        {
            tell($"{file.Path} is damaged; a ban in the rest of it is lost.");
        }

        if (buffer.HoldsUnfinished)
        {
            tell($"{path}: a last line without its end was passed over.");
        }

        file?.Dispose();
        file = next;
        delivered = next.Offset;
        buffer.Clear();
        sawNext = false;
        return true;
    }

    private LogFile Required(LogFile? opened) => opened ?? throw new FileNotFoundException($"{path} is not there.");

    private IEnumerable<string> WrittenSince(DateTime moment) => Files().Where(candidate => File.GetLastWriteTimeUtc(candidate) >= moment);

    private IEnumerable<string> Files() => File.Exists(path) ? [.. RotatedLogs.Of(path), path] : RotatedLogs.Of(path);
}
