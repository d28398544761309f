namespace F2bBroker.Producer.Tailing;

/// <summary>The last bytes before an offset of a log. If they differ, the file was changed before the offset.</summary>
internal static class PrecedingBytes
{
    public const int MaxLength = 256;

    /// <summary>Returns the last bytes of both.</summary>
    public static byte[] Append(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> next) =>
        next.Length >= MaxLength
            ? next[^MaxLength..].ToArray()
            : [.. bytes[Math.Max(0, bytes.Length + next.Length - MaxLength)..], .. next];
}
