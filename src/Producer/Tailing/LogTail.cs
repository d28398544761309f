using System.Runtime.CompilerServices;
using F2bBroker.Producer.Sources;
using F2bBroker.Shared.Logs;

namespace F2bBroker.Producer.Tailing;

/// <summary>
/// Reads a log from a position across rotations: every whole line once, in order. A line without its LF is not whole yet.
/// </summary>
/// <param name="path">The log's path. The file behind it changes.</param>
/// <param name="warn">Receives warnings about lines that could not be read.</param>
internal sealed class LogTail(string path, TimeProvider time, Action<string> warn) : IDisposable
{
    private readonly LineBuffer buffer = new();
    private readonly LogFileFinder finder = new(path);
    private LogFile? file;
    private long delivered;
    private bool hasSeenNextFile;
    private bool isFailing;

    /// <summary>The position up to which lines were delivered.</summary>
    public LogPosition Position => file!.PositionAt(delivered);

    /// <exception cref="IOException">The log does not exist or cannot be read.</exception>
    public void StartAtBeginning() => SwitchTo(OrThrow(LogFile.OpenAtBeginning(path)));

    /// <exception cref="IOException">The log does not exist or cannot be read.</exception>
    public void StartAtEnd() => SwitchTo(OrThrow(LogFile.OpenAtEnd(path)));

    /// <summary>
    /// Continues at the position, even if its file was renamed, copied or compressed. If no file matches, continues with everything written
    /// since then.
    /// </summary>
    /// <exception cref="IOException">The log does not exist or cannot be read.</exception>
    public void StartAt(LogPosition position) => SwitchTo(OrThrow(OpenAt(position)));

    /// <summary>Returns the next whole lines; null if there are none at present.</summary>
    /// <exception cref="IOException">The system call fails.</exception>
    public LogBlock? Read()
    {
        do
        {
            if (ReadFile() is { } block)
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

    public void Dispose() => file?.Dispose();

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

    private LogBlock? ReadFile()
    {
        if (file is { Offset: 0, EmptySince: { } moment })
        {
            StartAtFirstWrittenSince(moment);
        }

        while (file!.Read(buffer.GetFreeSpace()) is > 0 and var count)
        {
            int overlong = buffer.OverlongLineCount;
            ReadOnlyMemory<byte> lines = buffer.Lines(count, out int behind);
            if (buffer.OverlongLineCount > overlong)
            {
                warn($"{path}: skipped a line longer than {LineBuffer.MaxLineLength} bytes ({buffer.OverlongLineCount} so far).");
            }

            if (lines.Length > 0)
            {
                delivered = file.Offset - behind;
                return new LogBlock(file, lines, delivered - lines.Length);
            }
        }

        return null;
    }

    /// <summary>
    /// Handles a file that was empty and so has no beginning to recognise it by. In the meantime it may have been filled, copied and
    /// truncated, even more than once.
    /// </summary>
    private void StartAtFirstWrittenSince(DateTime moment)
    {
        LogFile? first = finder.OpenFirstWrittenSince(moment);
        if (first?.Identity == file!.Identity)
        {
            first.Dispose();
        }
        else
        {
            SwitchTo(first);
        }
    }

    /// <summary>Returns true if there is more to read in another file.</summary>
    private bool SwitchToNextFile()
    {
        if (!file!.IsNotTruncated())
        {
            return SwitchTo(OpenAt(Position));
        }

        if (FileIdentity.FromFile(path) == file.Identity || finder.OpenNext(file, Position) is not { } next)
        {
            return false;
        }

        // fail2ban writes to the renamed file until it opens the new one, so the old file is read once more after the new one was seen.
        if (hasSeenNextFile)
        {
            return SwitchTo(next);
        }

        next.Dispose();
        hasSeenNextFile = true;
        return true;
    }

    private LogFile? OpenAt(LogPosition position)
    {
        if (position.HeadLength > 0)
        {
            if (finder.OpenAt(position) is { } found)
            {
                return found;
            }

            warn(
                $"{path} was truncated, or the last file that was read no longer exists. Reading everything written since then. A ban "
                    + "that was only in the missing part is lost.");
        }

        return finder.OpenFirstWrittenSince(position.WrittenAt) ?? LogFile.OpenAtBeginning(path);
    }

    private bool SwitchTo(LogFile? next)
    {
        if (next is null)
        {
            return false;
        }

        if (file is { IsCorrupt: true })
        {
            warn($"{file.Path} is corrupt. A ban in the rest of it is lost.");
        }

        if (buffer.HasPartialLine)
        {
            warn($"{path}: skipped a last line without its end.");
        }

        file?.Dispose();
        file = next;
        delivered = next.Offset;
        buffer.Clear();
        hasSeenNextFile = false;
        return true;
    }

    private LogFile OrThrow(LogFile? opened) => opened ?? throw new FileNotFoundException($"{path} does not exist.");
}
