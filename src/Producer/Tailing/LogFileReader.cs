using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Tailing;

/// <summary>Reads the whole lines of one file of a log. A line without its LF is not whole yet.</summary>
/// <param name="path">The log's path, for warnings.</param>
/// <param name="warn">Receives warnings about lines that could not be read.</param>
internal sealed class LogFileReader(LogFile file, string path, TimeProvider time, Action<string> warn) : IDisposable
{
    private readonly LineBuffer buffer = new();
    private long delivered = file.Offset;
    private byte[] before = file.Preceding.ToArray();
    private bool isAtEnd;

    public LogFile File => file;

    /// <summary>The position up to which lines were delivered.</summary>
    public LogPosition Position => file.PositionAt(delivered, before);

    /// <summary>When lines were last added after the end of the file was reached; null if none were.</summary>
    public long? GrewAt { get; private set; }

    /// <summary>Returns the next whole lines; null if there are none at present.</summary>
    public LogBlock? Read()
    {
        while (file.Read(buffer.GetFreeSpace()) is > 0 and var count)
        {
            GrewAt = isAtEnd ? time.GetTimestamp() : GrewAt;
            if (ReadLines(count) is { } block)
            {
                return block;
            }
        }

        isAtEnd = true;
        return null;
    }

    /// <summary>Closes the file after its end, and warns if something in it was not read.</summary>
    public void Close()
    {
        if (file.IsCorrupt)
        {
            warn($"{file.Path} is corrupt. A ban in the rest of it is lost.");
        }

        if (buffer.HasPartialLine)
        {
            warn($"{path}: skipped a last line without its end.");
        }

        Dispose();
    }

    public void Dispose() => file.Dispose();

    private LogBlock? ReadLines(int count)
    {
        int overlong = buffer.OverlongLineCount;
        ReadOnlyMemory<byte> lines = buffer.Lines(count, out int behind);
        if (buffer.OverlongLineCount > overlong)
        {
            warn($"{path}: skipped a line longer than {LineBuffer.MaxLineLength} bytes ({buffer.OverlongLineCount} so far).");
        }

        if (lines.IsEmpty)
        {
            return null;
        }

        long end = file.Offset - behind;
        long start = end - lines.Length;
        LogBlock block = new(file, lines, start, start == delivered ? before : []);
        (delivered, before) = (end, block.Preceding);
        return block;
    }
}
