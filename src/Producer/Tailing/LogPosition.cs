using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Tailing;

/// <summary>How far a log has been read. The file is known by how it begins, because rotation renames, copies and compresses it.</summary>
/// <param name="HeadLength">How many of its first bytes were hashed; 0 while too little stood in it.</param>
/// <param name="Head">SHA-256 of these bytes, hexadecimal.</param>
/// <param name="Offset">Bytes read, from its beginning; always behind a line's end.</param>
/// <param name="WrittenAt">UTC; when the file had last been written to. If it cannot be found, what was written since is unread.</param>
internal sealed record LogPosition(int HeadLength, string Head, long Offset, DateTime WrittenAt) : Position;
