using System.Security.Cryptography;
using F2bBroker.Shared.Logs;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Producer.Tailing;

/// <summary>An open file of a log, plain or compressed, read from an offset.</summary>
internal sealed class LogFile : IDisposable
{
    private const int MaxHeadLength = 256;

    // fail2ban's date with milliseconds and a blank. A shorter text may also be the beginning of another file.
    private const int MinHeadLength = 24;

    private readonly SafeFileHandle handle;
    private readonly LogArchive? archive;
    private byte[] head = [];
    private string? hash;
    private DateTime writtenAt;

    private LogFile(string path)
    {
        Path = path;
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Identity = FileIdentity.FromFile(handle);
        archive = path.EndsWith(".gz", StringComparison.Ordinal) ? new LogArchive(handle) : null;
        writtenAt = LastWriteTime;
        EmptySince = ReadHead().Length < MinHeadLength ? writtenAt : null;
    }

    /// <summary>The path with which it was opened.</summary>
    public string Path { get; }

    public FileIdentity Identity { get; }

    public long Offset { get; private set; }

    /// <summary>
    /// The time of the last write if the file was empty or too short to be recognised when it was opened; otherwise null.
    /// </summary>
    public DateTime? EmptySince { get; }

    /// <summary>True if it is an archive whose rest cannot be read.</summary>
    public bool IsCorrupt => archive is { IsCorrupt: true };

    /// <summary>The time of the last write, in UTC.</summary>
    public DateTime LastWriteTime => File.GetLastWriteTimeUtc(handle);

    /// <summary>Opens the file; returns null if it does not exist.</summary>
    public static LogFile? OpenAtBeginning(string path)
    {
        try
        {
            return new LogFile(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens a plain file after its last whole line.</summary>
    public static LogFile? OpenAtEnd(string path)
    {
        LogFile? file = OpenAtBeginning(path);
        if (file is { EmptySince: null })
        {
            file.SetHead(file.ReadHead());
            file.Offset = file.EndOfLastLine();
        }

        return file;
    }

    /// <summary>Opens the file at the position; returns null if it is another file.</summary>
    public static LogFile? OpenAt(string path, LogPosition position)
    {
        LogFile? file = OpenAtBeginning(path);
        if (file is null || file.Matches(position))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Returns the position after <paramref name="offset"/> bytes of this file.</summary>
    public LogPosition PositionAt(long offset) => new(head.Length, hash ??= Hash(head), offset, writtenAt);

    /// <summary>Reads the next bytes; returns 0 at the present end, and if the file was truncated in the meantime.</summary>
    public int Read(Span<byte> buffer)
    {
        DateTime before = LastWriteTime;
        if (Offset == 0 && ReadHead().Length < MinHeadLength)
        {
            return 0;
        }

        int count = archive?.Read(buffer) ?? RandomAccess.Read(handle, buffer, Offset);
        if (count == 0 || !IsNotTruncated())
        {
            return 0; // Truncated and rewritten: the bytes read are the middle of another line.
        }

        if (Offset == head.Length && head.Length < MaxHeadLength)
        {
            SetHead([.. head, .. buffer[..Math.Min(count, MaxHeadLength - head.Length)]]);
        }

        Offset += count;
        writtenAt = before;
        return count;
    }

    /// <summary>Returns true if its beginning is unchanged and it has not become shorter. False after copytruncate.</summary>
    public bool IsNotTruncated()
    {
        Span<byte> now = stackalloc byte[MaxHeadLength];
        now = now[..head.Length];
        return archive is not null
            || RandomAccess.GetLength(handle) >= Offset && RandomAccess.Read(handle, now, 0) == now.Length && now.SequenceEqual(head);
    }

    public void Dispose()
    {
        archive?.Dispose();
        handle.Dispose();
    }

    private static string Hash(ReadOnlySpan<byte> head) => Convert.ToHexStringLower(SHA256.HashData(head));

    private void SetHead(byte[] bytes) => (head, hash) = (bytes, null);

    private bool Matches(LogPosition position)
    {
        byte[] bytes = ReadHead();
        if (position.HeadLength == 0 || bytes.Length < position.HeadLength || Hash(bytes.AsSpan(0, position.HeadLength)) != position.Head)
        {
            return false;
        }

        SetHead(bytes);
        return SkipTo(position.Offset);
    }

    private bool SkipTo(long offset)
    {
        Offset = offset;
        return archive?.TrySkip(offset) ?? RandomAccess.GetLength(handle) >= offset;
    }

    /// <summary>Returns the first bytes. An archive is at its beginning afterwards.</summary>
    private byte[] ReadHead()
    {
        byte[] bytes = new byte[MaxHeadLength];
        int length = 0;
        for (int count = -1; count != 0; length += count)
        {
            count = archive?.Read(bytes.AsSpan(length)) ?? RandomAccess.Read(handle, bytes.AsSpan(length), length);
        }

        archive?.Rewind();
        return bytes[..length];
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
