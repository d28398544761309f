using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

public sealed class LogTailTests : IDisposable
{
    private readonly TailedLog log = new();

    public LogTailTests() => log.Write("2026-11-23 02:53:01,000 Ban a", "noise", "2026-11-23 02:53:02,000 Ban b");

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task Lines_are_read_as_they_are_written()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b");
        log.Write("2026-11-23 02:53:03,000 Ban c");
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b", "2026-11-23 02:53:03,000 Ban c");
    }

    [Fact]
    public async Task A_start_at_the_end_skips_existing_lines_but_not_a_partial_line()
    {
        log.WritePart("2026-11-23 02:53:03,000 Ban");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtEnd());
        log.WritePart(" c\n");
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c");
    }

    [Fact]
    public async Task A_partial_line_is_read_when_it_is_complete()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        log.WritePart("2026-11-23 02:53:03,000 Ban c");
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b");
        log.WritePart("c\n");
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b", "2026-11-23 02:53:03,000 Ban cc");
    }

    [Fact]
    public async Task A_renamed_log_is_read_to_its_end_before_the_new_one()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b");
        log.Rename();
        File.AppendAllText(log.Sibling(".1"), "2026-11-23 02:53:03,000 Ban c\n");
        log.Write("2026-11-23 02:53:04,000 Ban d");
        await reader.SeesAsync(
            "2026-11-23 02:53:01,000 Ban a",
            "2026-11-23 02:53:02,000 Ban b",
            "2026-11-23 02:53:03,000 Ban c",
            "2026-11-23 02:53:04,000 Ban d");
        Assert.Empty(reader.LoggedMessages);
    }

    [Fact]
    public async Task After_copytruncate_the_log_is_read_from_its_beginning()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b");
        log.CopyTruncate();
        log.Write(
            "2026-11-23 02:53:03,000 Ban c",
            "2026-11-23 02:53:04,000 Ban d",
            "2026-11-23 02:53:05,000 Ban e",
            "2026-11-23 02:53:06,000 Ban f");
        await reader.SeesAsync(
            "2026-11-23 02:53:01,000 Ban a",
            "2026-11-23 02:53:02,000 Ban b",
            "2026-11-23 02:53:03,000 Ban c",
            "2026-11-23 02:53:04,000 Ban d",
            "2026-11-23 02:53:05,000 Ban e",
            "2026-11-23 02:53:06,000 Ban f");
        Assert.Empty(reader.LoggedMessages);
    }

    [Fact]
    public async Task A_stopped_reader_continues_at_its_position()
    {
        LogPosition position = await ReadAllAsync();
        log.Write("2026-11-23 02:53:03,000 Ban c");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c");
    }

    [Fact]
    public async Task A_stopped_reader_finds_its_position_in_a_log_that_was_rotated_twice()
    {
        LogPosition position = await ReadAllAsync();
        log.Write("2026-11-23 02:53:03,000 Ban c");
        log.Rename();
        log.Write("2026-11-23 02:53:04,000 Ban d");
        log.RenameAgain();
        log.Write("2026-11-23 02:53:05,000 Ban e");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c", "2026-11-23 02:53:04,000 Ban d", "2026-11-23 02:53:05,000 Ban e");
        Assert.Empty(reader.LoggedMessages);
    }

    [Fact]
    public async Task A_stopped_reader_finds_its_position_in_the_copy_of_a_truncated_log()
    {
        LogPosition position = await ReadAllAsync();
        log.Write("2026-11-23 02:53:03,000 Ban c");
        log.CopyTruncate();
        log.Write("2026-11-23 02:53:04,000 Ban d");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c", "2026-11-23 02:53:04,000 Ban d");
    }

    [Fact]
    public async Task A_position_that_is_not_found_is_logged_and_the_log_is_read_from_its_beginning()
    {
        LogPosition position = await ReadAllAsync();
        File.Delete(log.Path);
        log.Write("2026-11-23 02:53:09,000 Ban z");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:09,000 Ban z");
        Assert.Equal(
            [
                $"{log.Path} was truncated, or the last file that was read no longer exists. Reading everything written since then. A "
                    + "ban that was only in the missing part is lost. If an editor or sed -i replaced the log, run fail2ban-client "
                    + "flushlogs.",
            ],
            reader.LoggedMessages);
    }

    [Fact]
    public async Task A_position_in_an_empty_log_is_found()
    {
        File.WriteAllText(log.Path, "");
        LogPosition position;
        using (LogTail tail = new(log.Path, new HealthProblems(TimeProvider.System), TimeProvider.System, Assert.Fail))
        {
            tail.StartAtEnd();
            position = tail.Position;
        }

        log.Write("2026-11-23 02:53:03,000 Ban c");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c");
        Assert.Empty(reader.LoggedMessages);
    }

    [Fact]
    public async Task Lines_written_since_are_read_even_if_the_position_is_not_found()
    {
        LogPosition position = await ReadAllAsync();
        log.Rename();
        log.Write("2026-11-23 02:53:03,000 Ban c");
        File.Delete(log.Sibling(".1"));
        log.Rename();
        log.Write("2026-11-23 02:53:04,000 Ban d");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c", "2026-11-23 02:53:04,000 Ban d");
        Assert.Single(reader.LoggedMessages);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_skipped_and_logged()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        log.Write(new string('x', 3 * LineBuffer.MaxLineLength), "2026-11-23 02:53:03,000 Ban c");
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b", "2026-11-23 02:53:03,000 Ban c");
        Assert.Equal([$"{log.Path}: skipped a line longer than {LineBuffer.MaxLineLength} bytes (1 so far)."], reader.LoggedMessages);
    }

    [Fact]
    public async Task A_corrupt_archive_is_logged_and_the_next_file_is_read()
    {
        LogPosition position = await ReadAllAsync();
        log.Write([.. Enumerable.Range(0, 5000).Select(i => $"noise {i * 7919 % 10007}")]);
        log.Rename();
        log.Write("2026-11-23 02:53:03,000 Ban c");
        log.RenameAgain();
        byte[] archive = File.ReadAllBytes(log.Sibling(".2.gz"));
        archive.AsSpan(archive.Length / 2, 1000).Fill(0xff);
        File.WriteAllBytes(log.Sibling(".2.gz"), archive);
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("2026-11-23 02:53:03,000 Ban c");
        Assert.Contains($"{log.Sibling(".2.gz")} is corrupt. A ban in the rest of it is lost.", reader.LoggedMessages);
    }

    [Fact]
    public async Task A_missing_folder_is_logged_once_and_reading_continues_when_it_is_back()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b");
        log.HideFolder();
        await Eventually.TrueAsync(() => reader.LoggedMessages.Any(), () => "Nothing was logged.");
        log.ShowFolder();
        log.Write("2026-11-23 02:53:03,000 Ban c");
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b", "2026-11-23 02:53:03,000 Ban c");
        Assert.Matches("^Cannot continue reading .* Retrying[.] No ban is lost[.]$", reader.LoggedMessages.First());
        Assert.Equal($"Can read {log.Path} again.", reader.LoggedMessages.Last());
        Assert.Equal(2, reader.LoggedMessages.Count());
    }

    private async Task<LogPosition> ReadAllAsync()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("2026-11-23 02:53:01,000 Ban a", "2026-11-23 02:53:02,000 Ban b");
        return reader.Position;
    }
}
