using System.Text;
using F2bBroker.Producer.Parsing;

namespace F2bBroker.Producer.Tailing;

/// <summary>A block of whole lines of a log. It is valid until the next block is read.</summary>
internal sealed class LogBlock(LogFile file, ReadOnlyMemory<byte> lines, long start)
{
    private const int MaxCandidateLength = 1024;

    /// <summary>True if all of it was written since the end of the log was last reached.</summary>
    public bool IsNewlyWritten { get; set; }

    public LogPosition End => file.PositionAt(start + lines.Length);

    /// <summary>Returns the lines about bans, each with the position after it. A line that is too long ends in an ellipsis.</summary>
    public IEnumerable<(string Line, LogPosition End)> Candidates()
    {
        for (int from = 0, end; from < lines.Length; from = end + 1)
        {
            end = from + lines.Span[from..].IndexOf((byte)'\n');
            if (UnsharedLine.IsCandidate(lines.Span[from..end]))
            {
                yield return (Decode(lines.Span[from..end]), file.PositionAt(start + end + 1));
            }
        }
    }

    private static string Decode(ReadOnlySpan<byte> line) => line.Length <= MaxCandidateLength
        ? Encoding.UTF8.GetString(line)
        : $"{Encoding.UTF8.GetString(line[..MaxCandidateLength])}…";
}
