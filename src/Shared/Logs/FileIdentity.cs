using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Shared.Logs;

/// <summary>
/// Identifies a file by device and inode, whatever its name is. The values come from statx(2), whose layout is the same on every
/// architecture.
/// </summary>
internal readonly partial record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint InodeWanted = 0x100;
    private const int NoSuchFile = 2;

    /// <exception cref="IOException">The system call fails.</exception>
    public static FileIdentity FromFile(SafeFileHandle file) =>
        Call(file, "", EmptyPath) ?? throw new IOException("An open file cannot be found by its own handle.");

    /// <summary>Returns the identity of the file with that name; null if there is no such file.</summary>
    /// <exception cref="IOException">The system call fails.</exception>
    public static FileIdentity? FromFile(string path)
    {
        using SafeFileHandle here = new(CurrentDirectory, ownsHandle: false);
        return Call(here, path, 0);
    }

    private static FileIdentity? Call(SafeFileHandle directory, string path, int flags)
    {
        Span<byte> status = stackalloc byte[256];
        int outcome = Statx((int)directory.DangerousGetHandle(), path, flags, InodeWanted, status);
        int error = Marshal.GetLastPInvokeError();
        GC.KeepAlive(directory);
        if (outcome == 0)
        {
            return new FileIdentity(
                BinaryPrimitives.ReadUInt32LittleEndian(status[136..]),
                BinaryPrimitives.ReadUInt32LittleEndian(status[140..]),
                BinaryPrimitives.ReadUInt64LittleEndian(status[32..]));
        }

        return error == NoSuchFile ? null : throw new IOException($"{path}: {new Win32Exception(error).Message}");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> status);
}
