namespace F2bBroker.Producer.Sources;

/// <summary>Splits the bytes of a log into whole lines. Skips a line that is too long, and NULs before a partial line.</summary>
internal sealed class LineBuffer
{
    /// <summary>The maximum length of a line in bytes, including its LF.</summary>
    public const int MaxLineLength = 256 * 1024;

    private readonly byte[] bytes = new byte[MaxLineLength];
    private int kept;
    private int unfinished;
    private bool isSkipping;

    /// <summary>True if a partial line is buffered or being skipped.</summary>
    public bool HasPartialLine => unfinished > 0 || isSkipping;

    /// <summary>The number of lines that were too long.</summary>
    public int OverlongLineCount { get; private set; }

    /// <summary>Returns the free space to read into. A partial line is kept before it.</summary>
    public Span<byte> GetFreeSpace()
    {
        bytes.AsSpan(kept, unfinished).CopyTo(bytes);
        kept = 0;
        return bytes.AsSpan(unfinished);
    }

    /// <summary>Returns the whole lines after <paramref name="count"/> bytes were read into the free space. The rest is kept.</summary>
    /// <param name="behind">The number of bytes after the last whole line.</param>
    public ReadOnlyMemory<byte> Lines(int count, out int behind)
    {
        int filled = unfinished + count;
        int end = bytes.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
        int start = isSkipping ? bytes.AsSpan(0, filled).IndexOf((byte)'\n') + 1 : 0;
        isSkipping &= end == 0;
        kept = end;
        unfinished = filled - end;
        behind = unfinished;
        SkipNuls();
        if (unfinished == bytes.Length || isSkipping)
        {
            SkipLine();
        }

        return bytes.AsMemory(start, end - start);
    }

    // A crash leaves a hole, which reads as NULs. It may be longer than any line.
    private void SkipNuls()
    {
        int count = bytes.AsSpan(kept, unfinished).IndexOfAnyExcept((byte)0) is >= 0 and var nuls ? nuls : unfinished;
        kept += count;
        unfinished -= count;
    }

    private void SkipLine()
    {
        OverlongLineCount += isSkipping ? 0 : 1;
        isSkipping = true;
        unfinished = 0;
    }
}
