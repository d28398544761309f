using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Tailing;

/// <summary>A position in a log. The file is recognised by its beginning, because rotation renames, copies and compresses it.</summary>
/// <param name="HeadLength">The number of its first bytes that are hashed; 0 if the file was too short.</param>
/// <param name="Head">The SHA-256 of these bytes, hexadecimal.</param>
/// <param name="Offset">The number of bytes read from its beginning; always at the end of a line.</param>
/// <param name="WrittenAt">The time of the last write, in UTC. If the file is not found, everything written since then is unread.</param>
internal sealed record LogPosition(int HeadLength, string Head, long Offset, DateTime WrittenAt) : Position;
