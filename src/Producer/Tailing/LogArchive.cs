using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Producer.Tailing;

/// <summary>The decompressed content of a compressed log file.</summary>
internal sealed class LogArchive : IDisposable
{
    private readonly FileStream compressedStream;
    private GZipStream decompressedStream;

    public LogArchive(SafeFileHandle handle)
    {
        compressedStream = new FileStream(handle, FileAccess.Read);
        decompressedStream = CreateDecompressedStream();
    }

    /// <summary>True if the rest of it cannot be read.</summary>
    public bool IsCorrupt { get; private set; }

    /// <summary>Reads the next bytes; returns 0 at the end, and if the rest is corrupt.</summary>
    public int Read(Span<byte> buffer)
    {
        try
        {
            return IsCorrupt ? 0 : decompressedStream.Read(buffer);
        }
        catch (InvalidDataException)
        {
            IsCorrupt = true;
            return 0;
        }
    }

    /// <summary>Skips the next bytes. Returns false if there are fewer.</summary>
    public bool TrySkip(long count)
    {
        byte[] skipped = new byte[64 * 1024];
        while (count > 0)
        {
            int read = Read(skipped.AsSpan(0, (int)Math.Min(skipped.Length, count)));
            if (read == 0)
            {
                return false;
            }

            count -= read;
        }

        return true;
    }

    /// <summary>Returns to the first byte.</summary>
    public void Rewind()
    {
        compressedStream.Position = 0;
        decompressedStream = CreateDecompressedStream();
    }

    public void Dispose()
    {
        decompressedStream.Dispose();
        compressedStream.Dispose();
    }

    private GZipStream CreateDecompressedStream() => new(compressedStream, CompressionMode.Decompress, leaveOpen: true);
}
