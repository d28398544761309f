using System.Text;

namespace F2bBroker.Producer.Tailing;

/// <summary>A block of whole lines of a log. It is valid until the next block is read.</summary>
internal sealed class LogBlock(LogFile file, ReadOnlyMemory<byte> lines, long start)
{
    private const int MaxCandidateLength = 1024;

    /// <summary>True if all of it was written since the end of the log was last reached.</summary>
    public bool IsNewlyWritten { get; set; }

    public LogPosition End => file.PositionAt(start + lines.Length);

    /// <summary>
    /// Returns the lines that contain <c>" Ban "</c>, each with the position after it. All other lines, most of a log, are not parsed.
    /// </summary>
    public IEnumerable<(string Line, LogPosition End)> Candidates()
    {
        for (int from = 0; NextCandidate(from) is var (lineStart, lineEnd); from = lineEnd + 1)
        {
            if (lineEnd - lineStart <= MaxCandidateLength)
            {
                yield return (Encoding.UTF8.GetString(lines.Span[lineStart..lineEnd]), file.PositionAt(start + lineEnd + 1));
            }
        }
    }

    private (int Start, int End)? NextCandidate(int from)
    {
        ReadOnlySpan<byte> span = lines.Span;
        int found = span[from..].IndexOf(" Ban "u8);
        if (found < 0)
        {
            return null;
        }

        int at = from + found;
        return (span[..at].LastIndexOf((byte)'\n') + 1, at + span[at..].IndexOf((byte)'\n'));
    }
}
