using F2bBroker.Shared.Logs;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// The file that fail2ban reads: append → flush to disk. Opened by its name each time, so that nothing is held while logrotate acts.
/// </summary>
internal sealed class MonitoredLog(string path)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private FileIdentity? identity;
    private long end;

    /// <summary>
    /// Appends what is still to be written of <paramref name="bytes"/> and flushes it to disk. False, with nothing written, when the name
    /// stands for
    /// another file than the last time, or that file was cut: it is the log from now on, and a last line that was torn off in it is closed.
    /// </summary>
    /// <param name="written">How much is; after a failure (disk full) the next call goes on from there, in the midst of a line if need
    /// be.</param>
    /// <exception cref="IOException">The system refuses; nothing is lost.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refuses; nothing is lost.</exception>
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
