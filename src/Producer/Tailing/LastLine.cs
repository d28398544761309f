using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Producer.Tailing;

/// <summary>Finds the end of the last whole line of a file.</summary>
internal static class LastLine
{
    /// <summary>Returns the offset after its LF; 0 if the file has no whole line.</summary>
    public static long FindEnd(SafeFileHandle handle)
    {
        byte[] block = new byte[64 * 1024];
        for (long end = RandomAccess.GetLength(handle); end > 0; end -= block.Length)
        {
            long start = Math.Max(0, end - block.Length);
            int count = RandomAccess.Read(handle, block.AsSpan(0, (int)(end - start)), start);
            int lineEnd = block.AsSpan(0, count).LastIndexOf((byte)'\n');
            if (lineEnd >= 0)
            {
                return start + lineEnd + 1;
            }
        }

        return 0;
    }
}
