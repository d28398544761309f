using System.Security.Cryptography;
using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Tailing;

/// <summary>
/// A position in a log. The file is recognised by its beginning, because rotation renames, copies and compresses it, and by what stands
/// before the offset, because somebody may have edited it.
/// </summary>
/// <param name="HeadLength">The number of its first bytes that are hashed; 0 if the file was too short.</param>
/// <param name="Head">The SHA-256 of these bytes, hexadecimal.</param>
/// <param name="Offset">The number of bytes read from its beginning; always at the end of a line.</param>
/// <param name="WrittenAt">The time of the last write, in UTC. If the file is not found, everything written since then is unread.</param>
/// <param name="PrecedingLength">The number of bytes before the offset that are hashed; 0 in a checkpoint of version 0.1.</param>
/// <param name="Preceding">The SHA-256 of these bytes, hexadecimal.</param>
/// <param name="Inode">The file's inode; 0 in a checkpoint of version 0.1.</param>
internal sealed record LogPosition(
    int HeadLength,
    string Head,
    long Offset,
    DateTime WrittenAt,
    int PrecedingLength = 0,
    string Preceding = "",
    ulong Inode = 0)
    : Position
{
    /// <summary>Returns the SHA-256, hexadecimal.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Returns true if a file with these first bytes may be the file of this position.</summary>
    public bool HasHead(ReadOnlySpan<byte> bytes) => HeadLength > 0 && bytes.Length >= HeadLength && Hash(bytes[..HeadLength]) == Head;

    /// <summary>
    /// Returns true if a file with these bytes before the offset is unchanged there, or if the position is of version 0.1.
    /// </summary>
    public bool HasPreceding(ReadOnlySpan<byte> bytes) =>
        PrecedingLength <= 0 || bytes.Length >= PrecedingLength && Hash(bytes[^PrecedingLength..]) == Preceding;
}
