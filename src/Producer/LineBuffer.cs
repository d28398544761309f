namespace F2bBroker.Producer;

/// <summary>Cuts what is read of a log into whole lines; a line too long for any sane log is passed over up to its end.</summary>
internal sealed class LineBuffer
{
    /// <summary>Bytes that the longest line may have, its LF included.</summary>
    public const int Longest = 256 * 1024;

    private readonly byte[] bytes = new byte[Longest];
    private int kept;
    private int unfinished;
    private bool isInsideOverlong;

    /// <summary>How many bytes of an unfinished line are kept, or passed over.</summary>
    public bool HoldsUnfinished => unfinished > 0 || isInsideOverlong;

    /// <summary>How many lines were too long.</summary>
    public int Overlong { get; private set; }

    /// <summary>Where to read to; what is kept of an unfinished line stands before it.</summary>
    public Span<byte> MakeSpace()
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
        int start = isInsideOverlong ? bytes.AsSpan(0, filled).IndexOf((byte)'\n') + 1 : 0;
        isInsideOverlong &= end == 0;
        kept = end;
        unfinished = filled - end;
        behind = unfinished;
        if (unfinished == bytes.Length || isInsideOverlong)
        {
            PassOver();
        }

        return bytes.AsMemory(start, end - start);
    }

    /// <summary>Forgets an unfinished line.</summary>
    public void Clear() => (kept, unfinished, isInsideOverlong) = (0, 0, false);

    private void PassOver()
    {
        Overlong += isInsideOverlong ? 0 : 1;
        isInsideOverlong = true;
        unfinished = 0;
    }
}
