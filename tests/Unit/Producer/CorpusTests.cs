using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Producer.Sources;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

public sealed class CorpusTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(CorpusFile.Folder, "*.log").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Each_line_of_the_corpus_is_read_as_expected(string file)
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        clock.SetLocalTimeZone(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Dictionary<long, SourceSegment> read =
            new(await WholeLog.ReadAsync(Path.Combine(CorpusFile.Folder, file), file == "syslog.log", clock));
        List<string> errors = [];
        foreach (CorpusLine line in CorpusFile.Read(file))
        {
            read.Remove(line.End, out SourceSegment segment);
            (string expected, string actual) = (Print(line.Expected), Print(segment, line.Expected.Reason is not null));
            if (expected != actual)
            {
                errors.Add($"{file}:{line.Number}: expected {expected}, read {actual}; {line.Expected.Desc}");
            }
        }

        errors.AddRange(read
            .Where(comment => comment.Value.Ban is not null || comment.Value.Enforcement is not null)
            .Select(comment => $"{file}: a comment is read as {Print(comment.Value, withReason: false)}"));
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# A comment.\n")]
    [InlineData("a line\n")]
    [InlineData("# banJSON: {\"ban\": false, \"desc\": \"x\"}\n")]
    [InlineData("# banJSON: {\"ban\": false, \"desc\": \"x\"}\na line")]
    [InlineData("# banJSON: {\"ban\": false, \"desc\": \"x\"}\na line\nanother\n")]
    [InlineData("# banJSON: {\"ban\": false, \"desc\": \"x\"}\n\na line\n")]
    [InlineData("# banJSON: {\"ban\": false, \"desc\": \"x\"}\n# banJSON: {\"ban\": false, \"desc\": \"x\"}\na line\n")]
    [InlineData("# banJSON: {\"ban\": true, \"desc\": \"x\"}\na line\n")]
    [InlineData("# banJSON: {\"ban\": false}\na line\n")]
    public void A_corpus_with_a_line_or_an_expectation_alone_is_refused(string text) =>
        Assert.Throws<FormatException>(() => CorpusFile.Parse(Encoding.UTF8.GetBytes(text)));

    private static string Print(Expectation expected) =>
        (expected.Ban ? $"{expected.Ip} by '{expected.Jail}' at {expected.Time}" : $"no ban{Because(expected.Reason)}")
        + Enforced(expected.Enforced);

    private static string Print(SourceSegment read, bool withReason) =>
        (read.Ban is { } ban
            ? $"{ban.Ip} by '{ban.Jail}' at {UtcTimestamp.Format(ban.DetectedAt)}"
            : $"no ban{Because(withReason ? read.Skipped?.Text ?? "no line about a ban" : null)}")
        + Enforced(read.Enforcement?.Result.ToString());

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private static string Enforced(string? result) => result is null ? "" : $", {result}";
}
