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

    /// <summary>How far lines were delivered.</summary>
    public LogPosition Position => file!.PositionAt(delivered);

    public void StartAtBeginning() => SwitchTo(LogFile.OpenAtBeginning(path));

    public void StartAtEnd() => SwitchTo(LogFile.OpenAtEnd(path));

    /// <summary>Goes on where the position is now, be it renamed, copied or compressed since; at the log's beginning if it is nowhere.</summary>
    public void StartAt(LogPosition position)
    {
        LogFile? found = Files().Reverse().Select(candidate => LogFile.OpenAt(candidate, position)).FirstOrDefault(opened => opened is not null);
        if (found is null)
        {
            tell($"{path} was cut, or the file that was read last is gone. Reading from its beginning; a ban that stood only in what is gone is lost.");
        }

        SwitchTo(found ?? LogFile.OpenAtBeginning(path));
    }

    public async IAsyncEnumerable<LogBlock> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        using LogWatch watch = new(path, time);
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            if (Read() is { } block)
            {
                yield return block;
            }
            else if (!MoveOn())
            {
                await watch.WaitAsync(stopping);
            }
        }
    }

    public void Dispose() => file?.Dispose();

    private LogBlock? Read()
    {
        while (file!.Read(buffer.MakeSpace()) is > 0 and var count)
        {
            if (!file.IsUnchanged())
            {
                return null; // Cut and written anew meanwhile: what was read is the middle of another line.
            }

            ReadOnlyMemory<byte> lines = buffer.Lines(count, out int behind);
            if (lines.Length > 0)
            {
                delivered = file.Offset - behind;
                return new LogBlock(file, lines, delivered - lines.Length);
            }
        }

        return null;
    }

    /// <summary>At the end of a file: whether there is more to read elsewhere.</summary>
    private bool MoveOn()
    {
        if (!file!.IsUnchanged())
        {
            StartAt(Position);
            return true;
        }

        if (Next() is not { } next)
        {
            return false;
        }

        // fail2ban writes on to the renamed file until it opens the new one, so the old one is read once more after the new one was seen.
        if (sawNext)
        {
            SwitchTo(next);
            return true;
        }

        next.Dispose();
        sawNext = true;
        return true;
    }

    /// <summary>The file after this one, once something stands in it.</summary>
    private LogFile? Next()
    {
        if (FileIdentity.Of(path) == file!.Identity)
        {
            return null;
        }

        string[] files = [.. Files()];
        int mine = Array.FindLastIndex(files, IsMine);
        string? next = mine >= 0 ? files.ElementAtOrDefault(mine + 1) : Array.Find(files, later => File.GetLastWriteTimeUtc(later) >= file.LastWrite);
        return next is not null && new FileInfo(next).Length > 0 ? LogFile.OpenAtBeginning(next) : null;
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

    private void SwitchTo(LogFile next)
    {
        if (buffer.HoldsUnfinished)
        {
            tell($"{path}: a last line without its end was passed over.");
        }

        file?.Dispose();
        file = next;
        delivered = next.Offset;
        buffer.Clear();
        sawNext = false;
    }

    private IEnumerable<string> Files() => File.Exists(path) ? [.. RotatedLogs.Of(path), path] : RotatedLogs.Of(path);
}
