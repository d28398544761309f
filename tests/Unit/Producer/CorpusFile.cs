using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace F2bBroker.UnitTests.Producer;

/// <summary>What a corpus says of the line below it: that it is a ban, and which; or why it is none.</summary>
/// <param name="Time">UTC, as <c>2026-11-23T02:44:23.706Z</c>.</param>
internal sealed record Expectation(bool Ban, string? Jail, string? Ip, string? Time, string? Desc)
{
    public bool IsComplete =>
        Ban ? (Jail, Ip, Time) is (not null, not null, not null) : (Jail, Ip, Time) is (null, null, null) && Desc is not null;
}

/// <summary>A line of a corpus, with what it is.</summary>
/// <param name="Number">From 1.</param>
/// <param name="End">Where the next one begins, in bytes.</param>
internal sealed record CorpusLine(int Number, long End, byte[] Bytes, Expectation Expected);

/// <summary>Lines of a log, each below a comment that says what it is.</summary>
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

    /// <summary>Its lines of a log.</summary>
    /// <exception cref="FormatException">A line has no expectation, an expectation no line, or there is none at all.</exception>
    public static IReadOnlyList<CorpusLine> Parse(ReadOnlySpan<byte> text)
    {
        List<CorpusLine> lines = [];
        Expectation? expected = null;
        int number = 0;
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            number++;
            end = start + text[start..].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < start ? throw Fault(number, "has no end") : text[start..end];
            bool isLog = line.Length > 0 && line[0] != '#';
            if (isLog != expected is not null)
            {
                throw Fault(number, isLog ? "has no expectation" : "is not the line that the expectation above it is for");
            }

            if (isLog)
            {
                lines.Add(new CorpusLine(number, end + 1, line.ToArray(), expected!));
            }

            expected = isLog ? null : ExpectationIn(Encoding.UTF8.GetString(line), number);
        }

        return expected is null && lines.Count > 0 ? lines : throw Fault(number, "is the last one, and a line of a log is missing");
    }

    private static Expectation? ExpectationIn(string comment, int number) =>
        !comment.StartsWith(Mark, StringComparison.Ordinal) ? null
        : JsonSerializer.Deserialize<Expectation>(comment[Mark.Length..], Options) is { IsComplete: true } expected ? expected
        : throw Fault(number, "is not a whole expectation");

    private static FormatException Fault(int number, string fault) => new($"Line {number} {fault}.");
}
