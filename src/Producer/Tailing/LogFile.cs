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
    private byte[] preceding = [];
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

    /// <summary>
    /// The inode of a file that this one replaced and that fail2ban may still write to; null if there is none. Positions carry it, so that
    /// a restart finds another file.
    /// </summary>
    public ulong? ReplacedInode { get; set; }

    public long Offset { get; private set; }

    /// <summary>The last bytes before the offset.</summary>
    public ReadOnlySpan<byte> Preceding => preceding;

    /// <summary>
    /// The time of the last write if the file was empty or too short to be recognised when it was opened; otherwise null.
    /// </summary>
    public DateTime? EmptySince { get; }

    /// <summary>True if it is an archive whose rest cannot be read.</summary>
    public bool IsCorrupt => archive is { IsCorrupt: true };

    /// <summary>The time of the last write, in UTC.</summary>
    public DateTime LastWriteTime => File.GetLastWriteTimeUtc(handle);

    public LogPosition PositionAtOffset => PositionAt(Offset, preceding);

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
            file.TrySeek(LastLine.FindEnd(file.handle));
        }

        return file;
    }

    /// <summary>Opens the file at the position; returns null if it is another file or was changed before the position.</summary>
    public static LogFile? OpenAt(string path, LogPosition position)
    {
        LogFile? file = OpenWithHead(path, position);
        if (file is null || file.TrySeek(position.Offset) && position.HasPreceding(file.preceding))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Opens the file at its beginning; returns null if that is not the beginning of the position's file.</summary>
    public static LogFile? OpenWithHead(string path, LogPosition position)
    {
        LogFile? file = OpenAtBeginning(path);
        if (file?.ReadHead() is { } bytes && position.HasHead(bytes))
        {
            file.SetHead(bytes);
            return file;
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Returns the position after <paramref name="offset"/> bytes of this file.</summary>
    /// <param name="before">The last bytes before that offset.</param>
    public LogPosition PositionAt(long offset, ReadOnlySpan<byte> before) =>
        new(
            head.Length,
            hash ??= LogPosition.Hash(head),
            offset,
            writtenAt,
            before.Length,
            LogPosition.Hash(before),
            ReplacedInode ?? Identity.Inode);

    /// <summary>Reads the next bytes; returns 0 at the present end, and if what was read before was changed in the meantime.</summary>
    public int Read(Span<byte> buffer)
    {
        DateTime before = LastWriteTime;
        if (Offset == 0 && ReadHead().Length < MinHeadLength)
        {
            return 0;
        }

        int count = archive?.Read(buffer) ?? RandomAccess.Read(handle, buffer, Offset);
        if (count == 0 || !IsUnchanged())
        {
            return 0; // Rewritten: the bytes read may be the middle of another line.
        }

        if (Offset == head.Length && head.Length < MaxHeadLength)
        {
            SetHead([.. head, .. buffer[..Math.Min(count, MaxHeadLength - head.Length)]]);
        }

        preceding = PrecedingBytes.Append(preceding, buffer[..count]);
        Offset += count;
        writtenAt = before;
        return count;
    }

    /// <summary>
    /// Returns true if its beginning and the bytes before the offset are unchanged. False after copytruncate, and after it was edited.
    /// </summary>
    public bool IsUnchanged() => archive is not null || Contains(head, 0) && Contains(preceding, Offset - preceding.Length);

    public void Dispose()
    {
        archive?.Dispose();
        handle.Dispose();
    }

    private void SetHead(byte[] bytes) => (head, hash) = (bytes, null);

    /// <summary>Continues at the offset. Returns false if the file is shorter. An archive has to be at its beginning.</summary>
    private bool TrySeek(long offset)
    {
        preceding = new byte[Math.Min(offset, PrecedingBytes.MaxLength)];
        Offset = offset;
        long start = offset - preceding.Length;
        return archive?.TrySkip(start) != false && Fill(preceding, start) == preceding.Length;
    }

    /// <summary>Returns the first bytes. An archive is at its beginning afterwards.</summary>
    private byte[] ReadHead()
    {
        byte[] bytes = new byte[MaxHeadLength];
        int length = Fill(bytes, 0);
        archive?.Rewind();
        return bytes[..length];
    }

    private bool Contains(ReadOnlySpan<byte> bytes, long start)
    {
        Span<byte> now = stackalloc byte[bytes.Length];
        return Fill(now, start) == now.Length && now.SequenceEqual(bytes);
    }

    /// <summary>Reads until the buffer is full or the file ends; returns the count. An archive is read on from where it is.</summary>
    private int Fill(Span<byte> buffer, long start)
    {
        int length = 0;
        for (int count = -1; count != 0; length += count)
        {
            count = archive?.Read(buffer[length..]) ?? RandomAccess.Read(handle, buffer[length..], start + length);
        }

        return length;
    }
}
