using F2bBroker.Daemon.Logs;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Consumer;

/// <summary>The file that fail2ban reads: append → flush to disk. Follows its name when logrotate renames or cuts the file.</summary>
internal sealed class MonitoredLog(string path) : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private SafeFileHandle? handle;
    private FileIdentity identity;

    /// <summary>Whether the name stands for another file now, or for none.</summary>
    public bool IsRenamed => handle is not null && FileIdentity.Of(path) != identity;

    /// <summary>Opens or makes the file; a last line that was torn off is closed.</summary>
    public void Open()
    {
        handle?.Dispose();
        handle = null;
        bool isNew = !File.Exists(path);
        handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        identity = FileIdentity.Of(handle);
        if (isNew)
        {
            File.SetUnixFileMode(handle, Mode);
        }

        CloseTornLine();
    }

    /// <summary>Appends what is still to be written of <paramref name="bytes"/> and flushes it to disk.</summary>
    /// <param name="written">How much is; after a failure (disk full) the next call goes on from there, in the midst of a line if need be.</param>
    /// <exception cref="IOException">The system refuses; nothing is lost.</exception>
    public void Append(ReadOnlySpan<byte> bytes, ref int written)
    {
        // The length is asked for each time: after copytruncate an own offset would leave NUL bytes before the next line.
        long end = RandomAccess.GetLength(handle!);
        try
        {
            RandomAccess.Write(handle!, bytes[written..], end);
            written = bytes.Length;
        }
        catch (IOException)
        {
            written += (int)(RandomAccess.GetLength(handle!) - end);
            throw;
        }

        RandomAccess.FlushToDisk(handle!);
    }

    public void Dispose() => handle?.Dispose();

    private void CloseTornLine()
    {
        long length = RandomAccess.GetLength(handle!);
        byte[] last = new byte[1];
        if (length > 0 && RandomAccess.Read(handle!, last, length - 1) == 1 && last[0] != '\n')
        {
            RandomAccess.Write(handle!, "\n"u8, length);
        }
    }
}
