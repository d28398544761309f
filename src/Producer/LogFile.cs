using System.IO.Compression;
using System.Security.Cryptography;
using F2bBroker.Daemon.Logs;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Producer;

/// <summary>One opened file of a log, plain or compressed, read from an offset on.</summary>
internal sealed class LogFile : IDisposable
{
    private const int LongestHead = 256;

    private readonly SafeFileHandle handle;
    private readonly Stream? unpacked;
    private byte[] head = [];

    private LogFile(string path)
    {
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        unpacked = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(new FileStream(handle, FileAccess.Read), CompressionMode.Decompress) : null;
        Identity = FileIdentity.Of(handle);
    }

    public FileIdentity Identity { get; }

    public long Offset { get; private set; }

    /// <summary>When the file was last written.</summary>
    public DateTime LastWrite => File.GetLastWriteTimeUtc(handle);

    public static LogFile OpenAtBeginning(string path) => new(path);

    /// <summary>Opens a plain file behind its last whole line.</summary>
    public static LogFile OpenAtEnd(string path)
    {
        LogFile file = new(path);
        file.head = file.ReadHead(LongestHead);
        file.Offset = file.EndOfLastLine();
        return file;
    }

    /// <summary>Opens the file at the position, or gives null when it is another file.</summary>
    public static LogFile? OpenAt(string path, LogPosition position)
    {
        LogFile file = new(path);
        if (file.Holds(position))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>The position behind <paramref name="offset"/> bytes of this file.</summary>
    public LogPosition PositionAt(long offset) => new(Identity.Inode, head.Length, Hash(head), offset);

    /// <summary>Reads on; 0 at the end, for now.</summary>
    public int Read(Span<byte> buffer)
    {
        int count = unpacked?.Read(buffer) ?? RandomAccess.Read(handle, buffer, Offset);
        if (Offset == 0)
        {
            head = buffer[..Math.Min(count, LongestHead)].ToArray();
        }

        Offset += count;
        return count;
    }

    /// <summary>Whether it still begins as it did and has not become shorter: false after copytruncate.</summary>
    public bool IsUnchanged() =>
        unpacked is not null || RandomAccess.GetLength(handle) >= Offset && ReadHead(head.Length).AsSpan().SequenceEqual(head);

    public void Dispose()
    {
        unpacked?.Dispose();
        handle.Dispose();
    }

    private static string Hash(byte[] head) => Convert.ToHexStringLower(SHA256.HashData(head));

    private bool Holds(LogPosition position)
    {
        try
        {
            head = ReadHead(position.HeadLength);
            bool isSame = head.Length == position.HeadLength
                && (head.Length > 0 ? Hash(head) == position.Head : Identity.Inode == position.Inode && unpacked is null);
            return isSame && SkipTo(position.Offset);
        }
        catch (InvalidDataException)
        {
            return false; // A damaged or half-written archive holds nothing that can be read on.
        }
    }

    private bool SkipTo(long offset)
    {
        if (unpacked is null)
        {
            Offset = offset;
            return RandomAccess.GetLength(handle) >= offset;
        }

        byte[] skipped = new byte[64 * 1024];
        for (Offset = head.Length; Offset < offset;)
        {
            int count = unpacked.Read(skipped, 0, (int)Math.Min(skipped.Length, offset - Offset));
            if (count == 0)
            {
                return false;
            }

            Offset += count;
        }

        return true;
    }

    private byte[] ReadHead(int length)
    {
        byte[] bytes = new byte[length];
        int count = unpacked?.ReadAtLeast(bytes, length, throwOnEndOfStream: false) ?? RandomAccess.Read(handle, bytes, 0);
        return bytes[..count];
    }

    private long EndOfLastLine()
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
