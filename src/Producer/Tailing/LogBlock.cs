using System.Text;
using System.Text.RegularExpressions;
using F2bBroker.Producer.Parsing;

namespace F2bBroker.Producer.Tailing;

/// <summary>A block of whole lines of a log. It is valid until the next block is read.</summary>
/// <param name="start">The offset of the lines in the file.</param>
/// <param name="before">The last bytes before them.</param>
internal sealed partial class LogBlock(LogFile file, ReadOnlyMemory<byte> lines, long start, byte[] before)
{
    private const int MaxCandidateLength = 1024;

    private LogPosition? fixedPosition;

    /// <summary>True if all of it was written since the end of the log was last reached.</summary>
    public bool IsNewlyWritten { get; set; }

    public LogPosition End => PositionAt(lines.Length);

    /// <summary>The last bytes before its end.</summary>
    public byte[] Preceding => PrecedingBytes.Append(before, lines.Span);

    [GeneratedRegex(@"\0+")]
    private static partial Regex Nuls { get; }

    /// <summary>Returns the text without NULs in front of it, the hole that a crash leaves, and with one NUL for each other hole.</summary>
    public static string Decode(ReadOnlySpan<byte> line)
    {
        string text = Nuls.Replace(Encoding.UTF8.GetString(line.TrimStart((byte)0)), "\0");
        return text.Length <= MaxCandidateLength ? text : $"{text[..MaxCandidateLength]}…";
    }

    /// <summary>Gives all of it one position, because nobody can find its file again.</summary>
    public LogBlock At(LogPosition position)
    {
        fixedPosition = position;
        return this;
    }

    /// <summary>
    /// Returns the lines about bans and about the enforcement of shared bans, each with the position after it. A line that is too long ends
    /// in an ellipsis.
    /// </summary>
    public IEnumerable<(string Line, LogPosition End)> Candidates()
    {
        for (int from = 0, end; from < lines.Length; from = end + 1)
        {
            end = from + lines.Span[from..].IndexOf((byte)'\n');
            if (UnsharedLine.IsCandidate(lines.Span[from..end]) || EnforcementLine.IsCandidate(lines.Span[from..end]))
            {
                yield return (Decode(lines.Span[from..end]), PositionAt(end + 1));
            }
        }
    }

    private LogPosition PositionAt(int end) =>
        fixedPosition ?? file.PositionAt(start + end, PrecedingBytes.Append(before, lines.Span[..end]));
}
