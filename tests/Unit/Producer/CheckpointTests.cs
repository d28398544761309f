using F2bBroker.Producer.Journal;
using F2bBroker.Producer.Publishing;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

public sealed class CheckpointTests : IDisposable
{
    private static readonly LogPosition Position = new(3, "abc", 1234, new DateTime(2026, 11, 23, 2, 44, 23, DateTimeKind.Utc), 2, "de", 7);

    private readonly TempFolder folder = new();
    private readonly Checkpoint checkpoint;

    public CheckpointTests() => checkpoint = new Checkpoint(folder["checkpoint"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Before_the_first_save_there_is_no_position() => Assert.Null(checkpoint.Load());

    [Fact]
    public void The_saved_position_is_loaded()
    {
        checkpoint.Save(Position with { Offset = 1 });
        checkpoint.Save(Position);
        Assert.Equal(Position, checkpoint.Load());
    }

    [Theory]
    [InlineData(
        "s=d197dfe8dc494f1b81a5a90357d68d87;i=172;b=98d2014c967d46358b6c786b8c04473e;m=9d2dbc11;t=6610439820c81;x=7b1953e5696bb061")]
    [InlineData(null)]
    public void A_position_in_the_journal_replaces_one_in_a_file(string? cursor)
    {
        checkpoint.Save(Position);
        checkpoint.Save(new JournalPosition(cursor));
        Assert.Equal(new JournalPosition(cursor), checkpoint.Load());
    }

    [Fact]
    public void The_file_has_the_form_of_version_0_1_with_further_fields()
    {
        checkpoint.Save(Position);
        Assert.Equal(
            """
            {"source":"file","headLength":3,"head":"abc","offset":1234,"writtenAt":"2026-11-23T02:44:23Z",
            "precedingLength":2,"preceding":"de","inode":7}
            """.ReplaceLineEndings(""),
            File.ReadAllText(folder["checkpoint"]));
        checkpoint.Save(new JournalPosition("s=1"));
        Assert.Equal("""{"source":"journal","cursor":"s=1"}""", File.ReadAllText(folder["checkpoint"]));
    }

    [Fact]
    public void A_file_of_version_0_1_is_loaded()
    {
        File.WriteAllText(
            folder["checkpoint"],
            """{"source":"file","headLength":3,"head":"abc","offset":1234,"writtenAt":"2026-11-23T02:44:23Z"}""");
        Assert.Equal(new LogPosition(3, "abc", 1234, Position.WrittenAt), checkpoint.Load());
        File.WriteAllText(folder["checkpoint"], """{"source":"journal","cursor":"s=1"}""");
        Assert.Equal(new JournalPosition("s=1"), checkpoint.Load());
        File.WriteAllText(folder["checkpoint"], """{"source":"journal","cursor":null}""");
        Assert.Equal(new JournalPosition(Cursor: null), checkpoint.Load());
    }

    [Fact]
    public void Fields_of_a_later_version_are_ignored()
    {
        checkpoint.Save(Position);
        File.WriteAllText(folder["checkpoint"], File.ReadAllText(folder["checkpoint"]).Replace("}", ""","later":[1]}"""));
        Assert.Equal(Position, checkpoint.Load());
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        checkpoint.Save(Position);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["checkpoint"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"source\":\"pigeon\"}")]
    [InlineData("{\"source\":\"journal\"}")]
    [InlineData("{\"source\":\"file\",\"headLength\":0,\"head\":null,\"offset\":0,\"writtenAt\":\"2026-11-23T02:44:23Z\"}")]
    [InlineData("\0\0\0\0")]
    public void A_file_without_a_position_is_an_error(string text)
    {
        File.WriteAllText(folder["checkpoint"], text);
        string message = Assert.Throws<InvalidDataException>(() => checkpoint.Load()).Message;
        Assert.StartsWith($"The checkpoint {folder["checkpoint"]} does not contain a position (", message);
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData(
        """{"source":"file","headLength":1,"head":"","offset":-1,"writtenAt":"2026-11-23T02:44:23Z"}""", "negative offset")]
    public void The_error_says_what_the_file_contains(string text, string reason)
    {
        File.WriteAllText(folder["checkpoint"], text);
        string message = Assert.Throws<InvalidDataException>(() => checkpoint.Load()).Message;
        Assert.EndsWith($" does not contain a position ({reason}).", message);
    }

    [Fact]
    public void A_partly_written_new_file_does_not_affect_the_old_one()
    {
        checkpoint.Save(Position);
        File.WriteAllText(folder["checkpoint.new"], "{\"head");
        Assert.Equal(Position, checkpoint.Load());
        checkpoint.Save(Position with { Offset = 5 });
        Assert.Equal(5, (checkpoint.Load() as LogPosition)?.Offset);
    }
}
