using System.IO.Compression;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>A log that somebody edits in place.</summary>
public sealed class EditedLogTests : FollowedLogTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_lost_lines_in_the_middle_and_grew_beyond_the_offset_is_read_again(bool isStopped)
    {
        Rewrite(Log.Path, [.. Lines(0, 8), .. Lines(15, 20), .. Lines(20, 40)]);
        RestartIf(isStopped);
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 20), .. Lines(20, 40)], ReadAll());
        Assert.Equal([Changed(Log.Path)], Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_lost_lines_in_the_middle_and_is_shorter_than_the_offset_is_read_again(bool isStopped)
    {
        Rewrite(Log.Path, [.. Lines(0, 8), .. Lines(15, 20)]);
        RestartIf(isStopped);
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 20)], ReadAll());
        Assert.Equal([Changed(Log.Path)], Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_lost_its_first_lines_is_read_again(bool isStopped)
    {
        Rewrite(Log.Path, Lines(5, 40));
        RestartIf(isStopped);
        Assert.Equal(Lines(5, 40), ReadAll());
        Assert.StartsWith($"{Log.Path} was truncated, or the last file that was read no longer exists. ", Assert.Single(Messages));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_was_changed_only_after_the_offset_is_continued(bool isStopped)
    {
        Log.Write(Lines(20, 30));
        Rewrite(Log.Path, [.. Lines(0, 20), .. Lines(25, 40)]);
        RestartIf(isStopped);
        Assert.Equal(Lines(25, 40), ReadAll());
        Assert.Empty(Messages);
    }

    [Fact]
    public void An_offset_in_the_first_bytes_is_found()
    {
        Rewrite(Log.Path, [" Ban a", .. Lines(0, 20)]);
        LogPosition first = Positions().First();
        Assert.Equal(7, first.Offset);
        RestartAt(first);
        Assert.Equal(Lines(0, 20), ReadAll());
        Assert.Empty(Messages);
    }

    [Fact]
    public void A_checkpoint_of_version_0_1_is_continued_at_its_offset()
    {
        Log.Write(Lines(20, 30));
        LogPosition position = Position;
        RestartAt(new LogPosition(position.HeadLength, position.Head, position.Offset, position.WrittenAt));
        Assert.Equal(Lines(20, 30), ReadAll());
        Assert.Empty(Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rotated_log_that_was_edited_is_read_again(bool isCompressed)
    {
        Log.Rename();
        Rewrite(Log.Sibling(".1"), [.. Lines(0, 8), .. Lines(15, 40)]);
        if (isCompressed)
        {
            Compress(Log.Sibling(".1"));
        }

        Log.Write(Lines(40, 50));
        Restart();
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 40), .. Lines(40, 50)], ReadAll());
        Assert.Equal([Changed(Log.Sibling(isCompressed ? ".1.gz" : ".1"))], Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rotated_log_that_was_not_edited_is_continued(bool isCompressed)
    {
        Log.Write(Lines(20, 30));
        Log.Rename();
        if (isCompressed)
        {
            Compress(Log.Sibling(".1"));
        }

        Log.Write(Lines(30, 40));
        Restart();
        Assert.Equal(Lines(20, 40), ReadAll());
        Assert.Empty(Messages);
    }

    private static string Changed(string path) =>
        $"{path} was changed before byte {Lines(0, 20).Sum(line => line.Length + 1)}, up to which it had been read. Reading it again from "
            + "its beginning; the other servers skip the bans that they have.";

    private static void Rewrite(string path, string[] lines) => File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));

    private static void Compress(string path)
    {
        using (FileStream plain = File.OpenRead(path))
        using (GZipStream archive = new(File.Create(path + ".gz"), CompressionLevel.Fastest))
        {
            plain.CopyTo(archive);
        }

        File.Delete(path);
    }

    private void RestartIf(bool isStopped)
    {
        if (isStopped)
        {
            Restart();
        }
    }
}
