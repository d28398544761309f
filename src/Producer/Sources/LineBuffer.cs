namespace F2bBroker.Producer.Sources;

/// <summary>Cuts what is read of a log into whole lines; a line too long for any sane log is passed over up to its end.</summary>
internal sealed class LineBuffer
{
    /// <summary>Bytes that the longest line may have, its LF included.</summary>
    public const int MaxLineLength = 256 * 1024;

    private readonly byte[] bytes = new byte[MaxLineLength];
    private int kept;
    private int unfinished;
    private bool isSkipping;

    /// <summary>How many bytes of an unfinished line are kept, or passed over.</summary>
    public bool HasPartialLine => unfinished > 0 || isSkipping;

    /// <summary>How many lines were too long.</summary>
    public int OverlongLineCount { get; private set; }

    /// <summary>Where to read to; what is kept of an unfinished line stands before it.</summary>
    public Span<byte> GetFreeSpace()
    {
        bytes.AsSpan(kept, unfinished).CopyTo(bytes);
        kept = 0;
        return bytes.AsSpan(unfinished);
    }

    /// <summary>The whole lines, after <paramref name="count"/> bytes were read into the space; what follows them is kept.</summary>
    /// <param name="behind">Bytes that were read behind the lines.</param>
    public ReadOnlyMemory<byte> Lines(int count, out int behind)
    {
        int filled = unfinished + count;
        int end = bytes.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
        int start = isSkipping ? bytes.AsSpan(0, filled).IndexOf((byte)'\n') + 1 : 0;
        isSkipping &= end == 0;
        kept = end;
        unfinished = filled - end;
        behind = unfinished;
        if (unfinished == bytes.Length || isSkipping)
        {
            SkipLine();
        }

        return bytes.AsMemory(start, end - start);
    }

    /// <summary>Forgets an unfinished line.</summary>
    public void Clear() => (kept, unfinished, isSkipping) = (0, 0, false);

    private void SkipLine()
    {
        OverlongLineCount += isSkipping ? 0 : 1;
        isSkipping = true;
        unfinished = 0;
    }
}
