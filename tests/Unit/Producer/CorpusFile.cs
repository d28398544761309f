using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace F2bBroker.UnitTests.Producer;

/// <summary>The expectation for the next line of a corpus: the ban that it is, or why it is not a ban.</summary>
/// <param name="Time">The time in UTC, as <c>2026-11-23T02:44:23.706Z</c>.</param>
/// <param name="Reason">Under what the line is counted; null if the test does not check it.</param>
/// <param name="Enforced">What fail2ban did with a shared ban; null if the line is not about one.</param>
internal sealed record Expectation(bool Ban, string? Jail, string? Ip, string? Time, string? Desc, string? Reason, string? Enforced)
{
    public bool IsComplete =>
        Ban ? (Jail, Ip, Time) is (not null, not null, not null) : (Jail, Ip, Time) is (null, null, null) && Desc is not null;
}

/// <summary>A line of a corpus with its expectation.</summary>
/// <param name="Number">The line number, from 1.</param>
/// <param name="End">The offset of the next line in bytes.</param>
internal sealed record CorpusLine(int Number, long End, byte[] Bytes, Expectation Expected);

/// <summary>Reads a corpus: lines of a log, each after a comment with its expectation.</summary>
internal static class CorpusFile
{
    // # banJSON: { "ban": false, "desc": "Unban" }
    private const string Mark = "# banJSON: ";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static string Folder => Repository.Path("tests/corpus");

    public static IReadOnlyList<CorpusLine> Read(string name) => Parse(File.ReadAllBytes(Path.Combine(Folder, name)));

    /// <summary>Returns the log lines of a corpus.</summary>
    /// <exception cref="FormatException">A line or an expectation is unpaired, or the corpus is empty.</exception>
    public static IReadOnlyList<CorpusLine> Parse(ReadOnlySpan<byte> text)
    {
        List<CorpusLine> lines = [];
        Expectation? expected = null;
        int number = 0;
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            number++;
            end = start + text[start..].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < start ? throw ErrorInLine(number, "has no end") : text[start..end];
            bool isLog = line.Length > 0 && line[0] != '#';
            if (isLog != expected is not null)
            {
                throw ErrorInLine(number, isLog ? "has no expectation" : "is not the line that the expectation above it is for");
            }

            if (isLog)
            {
                lines.Add(new CorpusLine(number, end + 1, line.ToArray(), expected!));
            }

            expected = isLog ? null : ParseExpectation(Encoding.UTF8.GetString(line), number);
        }

        return expected is null && lines.Count > 0 ? lines : throw ErrorInLine(number, "is the last one, and a line of a log is missing");
    }

    private static Expectation? ParseExpectation(string comment, int number) =>
        !comment.StartsWith(Mark, StringComparison.Ordinal) ? null
        : JsonSerializer.Deserialize<Expectation>(comment[Mark.Length..], Options) is { IsComplete: true } expected ? expected
        : throw ErrorInLine(number, "is not a complete expectation");

    private static FormatException ErrorInLine(int number, string error) => new($"Line {number} {error}.");
}
