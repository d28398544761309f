using System.Runtime.CompilerServices;
using F2bBroker.Shared.Logs;

namespace F2bBroker.Producer.Tailing;

/// <summary>Reads a log from a position across rotations and edits: every whole line at least once, in order.</summary>
/// <param name="path">The log's path. The file behind it changes.</param>
/// <param name="warn">Receives warnings about lines that could not be read, and about files that were changed.</param>
internal sealed class LogTail(string path, TimeProvider time, Action<string> warn) : IDisposable
{
    private readonly LogFileFinder finder = new(path, warn);
    private readonly ReplacedFiles replaced = new(path, time, warn);
    private LogFileReader? current;
    private long? replacedAt;
    private bool hasSeenNextFile;
    private bool isFailing;

    /// <summary>The position up to which lines were delivered.</summary>
    public LogPosition Position => current!.Position;

    /// <exception cref="IOException">The log does not exist or cannot be read.</exception>
    public void StartAtBeginning() => Continue(OrThrow(LogFile.OpenAtBeginning(path)));

    /// <exception cref="IOException">The log does not exist or cannot be read.</exception>
    public void StartAtEnd() => Continue(OrThrow(LogFile.OpenAtEnd(path)));

    /// <summary>
    /// Continues at the position, even if its file was renamed, copied or compressed. If the file was changed before the position, it is
    /// read from its beginning. If no file matches, everything written since then is read.
    /// </summary>
    /// <exception cref="IOException">The log does not exist or cannot be read.</exception>
    public void StartAt(LogPosition position) => Continue(OrThrow(finder.OpenAt(position)));

    /// <summary>Returns the next whole lines; null if there are none at present.</summary>
    /// <exception cref="IOException">The system call fails.</exception>
    public LogBlock? Read()
    {
        do
        {
            if ((replaced.Read(current!) ?? ReadCurrent()) is { } block)
            {
                return block;
            }
        }
        while (SwitchToNextFile());
        return null;
    }

    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        using LogChangeWatcher watch = new(path, time);
        for (bool isFresh = false; ; isFresh = false)
        {
            LogBlock? block;
            while ((block = ReadOrWarn()) is null)
            {
                await watch.WaitAsync(stopping);
                isFresh = true;
            }

            stopping.ThrowIfCancellationRequested();
            block.IsNewlyWritten = isFresh;
            yield return block;
        }
    }

    public void Dispose()
    {
        current?.Dispose();
        replaced.Dispose();
    }

    /// <summary>Retries a file that cannot be read temporarily, for example before it has its owner.</summary>
    private LogBlock? ReadOrWarn()
    {
        try
        {
            LogBlock? block = Read();
            if (isFailing)
            {
                warn($"Can read {path} again.");
            }

            isFailing = false;
            return block;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!isFailing)
            {
                warn($"Cannot continue reading {path}: {failure.Message} Retrying. No ban is lost.");
            }

            isFailing = true;
            return null;
        }
    }

    private LogBlock? ReadCurrent()
    {
        if (current!.File is { Offset: 0, EmptySince: { } moment })
        {
            StartAtFirstWrittenSince(moment);
        }

        return current.Read();
    }

    /// <summary>
    /// Handles a file that was empty and so has no beginning to recognise it by. In the meantime it may have been filled, copied and
    /// truncated, even more than once.
    /// </summary>
    private void StartAtFirstWrittenSince(DateTime moment)
    {
        LogFile? first = finder.OpenFirstWrittenSince(moment);
        if (first is null || first.Identity == current!.File.Identity)
        {
            first?.Dispose();
        }
        else
        {
            current.Dispose();
            Continue(first);
        }
    }

    /// <summary>Returns true if there is more to read in another file.</summary>
    private bool SwitchToNextFile()
    {
        if (!current!.File.IsUnchanged())
        {
            return Reopen();
        }

        if (FileIdentity.FromFile(path) == current.File.Identity)
        {
            return false;
        }

        LogFile? next = finder.OpenNext(current.File, Position, out bool isReplaced);
        WarnIfWrittenAfter(isReplaced);
        if (next is null)
        {
            return false;
        }

        // fail2ban writes to the renamed file until it opens the new one, so the old file is read once more after the new one was seen.
        if (!hasSeenNextFile)
        {
            next.Dispose();
            hasSeenNextFile = true;
            return true;
        }

        SwitchTo(next, isReplaced);
        return true;
    }

    /// <summary>Returns false if the log has no file at present.</summary>
    private bool Reopen()
    {
        if (finder.OpenAt(Position) is not { } opened)
        {
            return false;
        }

        current!.Dispose();
        Continue(opened);
        return true;
    }

    private void WarnIfWrittenAfter(bool isReplaced)
    {
        replacedAt = isReplaced ? replacedAt ?? time.GetTimestamp() : null;
        if (current!.GrewAt > replacedAt)
        {
            replaced.Warn();
        }
    }

    private void SwitchTo(LogFile next, bool isReplaced)
    {
        if (isReplaced)
        {
            replaced.Add(current!);
        }
        else
        {
            current!.Close();
        }

        Continue(next);
    }

    private void Continue(LogFile next)
    {
        next.ReplacedInode = replaced.Inode;
        current = new LogFileReader(next, path, time, warn);
        replacedAt = null;
        hasSeenNextFile = false;
    }

    private LogFile OrThrow(LogFile? opened) => opened ?? throw new FileNotFoundException($"{path} does not exist.");
}
