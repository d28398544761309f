using F2bBroker.Shared.Logs;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// The file that fail2ban monitors: append → flush to disk. It is opened by name for each write, so that logrotate can rename it at any
/// time.
/// </summary>
internal sealed class MonitoredLog(string path)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private FileIdentity? identity;
    private long end;

    /// <summary>
    /// Appends the rest of <paramref name="bytes"/> and flushes it to disk. Returns false and writes nothing if the name refers to another
    /// file than the last time, or the file was truncated. That file is the log from then on, and a torn last line in it is closed.
    /// </summary>
    /// <param name="written">The number of bytes written. After a failure such as a full disk, the next call continues from there, even
    /// within a line.</param>
    /// <exception cref="IOException">The system call fails; nothing is lost.</exception>
    /// <exception cref="UnauthorizedAccessException">The system call fails; nothing is lost.</exception>
    public bool Append(ReadOnlySpan<byte> bytes, ref int written)
    {
        using SafeFileHandle handle = OpenOrMake();
        FileIdentity now = FileIdentity.FromFile(handle);
        long length = RandomAccess.GetLength(handle);
        if (now != identity || length < end || written > 0 && length > end)
        {
            CloseTornLine(handle, length);
            (identity, end) = (now, RandomAccess.GetLength(handle));
            return false;
        }

        try
        {
            RandomAccess.Write(handle, bytes[written..], length);
            written = bytes.Length;
        }
        catch (IOException)
        {
            written += (int)(RandomAccess.GetLength(handle) - length);
            throw;
        }
        finally
        {
            end = RandomAccess.GetLength(handle);
        }

        RandomAccess.FlushToDisk(handle);
        return true;
    }

    private SafeFileHandle OpenOrMake()
    {
        bool isNew = !File.Exists(path);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (isNew)
        {
            File.SetUnixFileMode(handle, Mode);
        }

        return handle;
    }

    private static void CloseTornLine(SafeFileHandle handle, long length)
    {
        byte[] last = new byte[1];
        if (length > 0 && RandomAccess.Read(handle, last, length - 1) == 1 && last[0] != '\n')
        {
            RandomAccess.Write(handle, "\n"u8, length);
        }
    }
}
