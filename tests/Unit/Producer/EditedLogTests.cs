using System.IO.Compression;
using F2bBroker.Producer.Tailing;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>A log that somebody edits, in place or with a new file under its name.</summary>
public sealed class EditedLogTests : IDisposable
{
    private readonly TailedLog log = new();
    private readonly FakeTimeProvider clock = new();
    private readonly List<string> messages = [];
    private LogTail tail;

    public EditedLogTests()
    {
        log.Write(Lines(0, 20));
        tail = NewTail();
        tail.StartAtBeginning();
        Assert.Equal(Lines(0, 20), ReadAll());
    }

    public void Dispose()
    {
        tail.Dispose();
        log.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_lost_lines_in_the_middle_and_grew_beyond_the_offset_is_read_again(bool isStopped)
    {
        Rewrite(log.Path, [.. Lines(0, 8), .. Lines(15, 20), .. Lines(20, 40)]);
        RestartIf(isStopped);
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 20), .. Lines(20, 40)], ReadAll());
        Assert.Equal([Changed(log.Path)], messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_lost_lines_in_the_middle_and_is_shorter_than_the_offset_is_read_again(bool isStopped)
    {
        Rewrite(log.Path, [.. Lines(0, 8), .. Lines(15, 20)]);
        RestartIf(isStopped);
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 20)], ReadAll());
        Assert.Equal([Changed(log.Path)], messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_lost_its_first_lines_is_read_again(bool isStopped)
    {
        Rewrite(log.Path, Lines(5, 40));
        RestartIf(isStopped);
        Assert.Equal(Lines(5, 40), ReadAll());
        Assert.StartsWith($"{log.Path} was truncated, or the last file that was read no longer exists. ", Assert.Single(messages));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_was_changed_only_after_the_offset_is_continued(bool isStopped)
    {
        log.Write(Lines(20, 30));
        Rewrite(log.Path, [.. Lines(0, 20), .. Lines(25, 40)]);
        RestartIf(isStopped);
        Assert.Equal(Lines(25, 40), ReadAll());
        Assert.Empty(messages);
    }

    [Fact]
    public void An_offset_in_the_first_bytes_is_found()
    {
        Rewrite(log.Path, [" Ban a", .. Lines(0, 20)]);
        LogPosition first = Positions().First();
        Assert.Equal(7, first.Offset);
        RestartAt(first);
        Assert.Equal(Lines(0, 20), ReadAll());
        Assert.Empty(messages);
    }

    [Fact]
    public void A_checkpoint_of_version_0_1_is_continued_at_its_offset()
    {
        log.Write(Lines(20, 30));
        LogPosition position = tail.Position;
        RestartAt(new LogPosition(position.HeadLength, position.Head, position.Offset, position.WrittenAt));
        Assert.Equal(Lines(20, 30), ReadAll());
        Assert.Empty(messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rotated_log_that_was_edited_is_read_again(bool isCompressed)
    {
        log.Rename();
        Rewrite(log.Sibling(".1"), [.. Lines(0, 8), .. Lines(15, 40)]);
        if (isCompressed)
        {
            Compress(log.Sibling(".1"));
        }

        log.Write(Lines(40, 50));
        Restart();
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 40), .. Lines(40, 50)], ReadAll());
        Assert.Equal([Changed(log.Sibling(isCompressed ? ".1.gz" : ".1"))], messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rotated_log_that_was_not_edited_is_continued(bool isCompressed)
    {
        log.Write(Lines(20, 30));
        log.Rename();
        if (isCompressed)
        {
            Compress(log.Sibling(".1"));
        }

        log.Write(Lines(30, 40));
        Restart();
        Assert.Equal(Lines(20, 40), ReadAll());
        Assert.Empty(messages);
    }

    [Fact]
    public void A_replaced_file_is_read_until_the_log_is_reopened()
    {
        using StreamWriter old = OpenedWriter();
        log.Replace([.. Lines(0, 8), .. Lines(15, 20)]);
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 20)], ReadAll());
        Assert.Empty(messages);
        WriteTo(old, Lines(20, 30));
        Assert.Equal(Lines(20, 30), ReadAll());
        WriteTo(old, Lines(30, 40));
        log.Write(Lines(40, 50));
        Assert.Equal(Lines(30, 50), ReadAll());
        Assert.StartsWith($"{log.Path} was replaced or deleted (sed -i, an editor), ", Assert.Single(messages));
        Assert.Contains("fail2ban-client flushlogs", messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_under_the_name_of_the_log_is_continued_at_the_position()
    {
        using StreamWriter old = OpenedWriter();
        log.Replace(Lines(0, 20));
        Assert.Empty(ReadAll());
        WriteTo(old, Lines(20, 30));
        log.Write(Lines(30, 40));
        Assert.Equal(Lines(20, 40), ReadAll());
    }

    [Fact]
    public void A_deleted_log_is_read_until_the_log_is_reopened()
    {
        using StreamWriter old = OpenedWriter();
        File.Delete(log.Path);
        Assert.Empty(ReadAll());
        clock.Advance(TimeSpan.FromSeconds(1));
        WriteTo(old, Lines(20, 30));
        Assert.Equal(Lines(20, 30), ReadAll());
        Assert.StartsWith($"{log.Path} was replaced or deleted (sed -i, an editor), ", Assert.Single(messages));
        log.Write(Lines(30, 40));
        Assert.Equal(Lines(30, 40), ReadAll());
        Assert.Single(messages);
    }

    [Fact]
    public void A_log_that_is_replaced_again_and_again_is_read()
    {
        using StreamWriter first = OpenedWriter();
        for (int i = 0; i < 10; i++)
        {
            log.Replace(Lines(0, 10 + i));
            ReadAll();
        }

        WriteTo(first, Lines(20, 30));
        Assert.Equal(Lines(20, 30), ReadAll());
        log.Write(Lines(30, 40));
        Assert.Equal(Lines(30, 40), ReadAll());
        using StreamWriter second = OpenedWriter();
        log.Replace(Lines(0, 40));
        ReadAll();
        WriteTo(second, Lines(40, 50));
        Assert.Equal(Lines(40, 50), ReadAll());
        Assert.InRange(DeletedFiles(), 2, 8);
    }

    [Fact]
    public void A_replaced_file_is_closed_ten_minutes_after_the_last_write_to_it_if_the_log_is_written_to()
    {
        using (StreamWriter old = OpenedWriter())
        {
            log.Replace(Lines(0, 10));
            ReadAll();
            clock.Advance(TimeSpan.FromDays(1));
            WriteTo(old, Lines(20, 30));
            Assert.Equal(Lines(20, 30), ReadAll());
        }

        log.Write(Lines(30, 31));
        clock.Advance(TimeSpan.FromMinutes(9));
        log.Write(Lines(31, 32));
        Assert.Equal(Lines(30, 32), ReadAll());
        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(ReadAll());
        Assert.Equal(1, DeletedFiles());
        log.Write(Lines(32, 33));
        Assert.Equal(Lines(32, 33), ReadAll());
        Assert.Equal(0, DeletedFiles());
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(20, 0)]
    public void A_restart_after_the_log_was_replaced_is_logged_with_the_remedy(int kept, int changed)
    {
        using StreamWriter old = OpenedWriter();
        log.Replace(Lines(0, kept));
        Restart();
        Assert.Equal(Lines(0, kept == 20 ? 0 : kept), ReadAll());
        Assert.Equal(changed + 1, messages.Count);
        Assert.StartsWith($"{log.Path} is another file than the one that was read last ", messages[^1]);
        Assert.Contains("fail2ban-client flushlogs", messages[^1], StringComparison.Ordinal);
        messages.Clear();
        Restart();
        Assert.Empty(messages);
    }

    [Fact]
    public void A_restart_after_the_new_file_was_read_too_is_logged_until_the_old_file_is_closed()
    {
        using StreamWriter old = OpenedWriter();
        log.Replace(Lines(0, 8));
        Assert.Equal(Lines(0, 8), ReadAll());
        Restart();
        Assert.StartsWith($"{log.Path} is another file than the one that was read last ", Assert.Single(messages));
    }

    private static string[] Lines(int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(i => $"2026-11-23 02:53:{i:D2},000 Ban {new string('x', i)}")];

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

    private static void WriteTo(StreamWriter file, string[] lines)
    {
        file.Write(string.Concat(lines.Select(line => line + "\n")));
        file.Flush();
    }

    private StreamWriter OpenedWriter() =>
        new(new FileStream(log.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));

    private int DeletedFiles() =>
        Directory
            .GetFiles("/proc/self/fd")
            .Select(file => new FileInfo(file).LinkTarget)
            .Count(target => target == $"{log.Path} (deleted)");

    private LogTail NewTail() => new(log.Path, clock, messages.Add);

    private void RestartIf(bool isStopped)
    {
        if (isStopped)
        {
            Restart();
        }
    }

    private void Restart() => RestartAt(tail.Position);

    private void RestartAt(LogPosition position)
    {
        tail.Dispose();
        tail = NewTail();
        tail.StartAt(position);
    }

    private string[] ReadAll() => [.. Read(tail).Select(entry => entry.Line)];

    private IEnumerable<LogPosition> Positions()
    {
        using LogTail reader = NewTail();
        reader.StartAtBeginning();
        return [.. Read(reader).Select(entry => entry.End)];
    }

    private static IEnumerable<(string Line, LogPosition End)> Read(LogTail reader)
    {
        List<(string, LogPosition)> read = [];
        while (reader.Read() is { } block)
        {
            read.AddRange(block.Candidates());
        }

        return read;
    }
}
