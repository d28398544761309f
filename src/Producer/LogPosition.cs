namespace F2bBroker.Producer;

/// <summary>How far a log has been read. The file is known by how it begins, because rotation renames, copies and compresses it.</summary>
/// <param name="Inode">Knows a file that was still empty.</param>
/// <param name="HeadLength">How many of its first bytes were hashed; 0 while it was empty.</param>
/// <param name="Head">SHA-256 of these bytes, hexadecimal.</param>
/// <param name="Offset">Bytes read, from its beginning; always behind a line's end.</param>
internal sealed record LogPosition(ulong Inode, int HeadLength, string Head, long Offset) : Position;
