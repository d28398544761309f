using F2bBroker.Producer;

namespace F2bBroker.UnitTests.Producer;

public sealed class LogTailTests : IDisposable
{
    private readonly TailedLog log = new();

    public LogTailTests() => log.Write("1 Ban a", "noise", "2 Ban b");

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task Lines_are_read_as_they_are_written()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("1 Ban a", "2 Ban b");
        log.Write("3 Ban c");
        await reader.SeesAsync("1 Ban a", "2 Ban b", "3 Ban c");
    }

    [Fact]
    public async Task A_start_at_the_end_passes_over_what_is_there_but_not_over_half_a_line()
    {
        log.WritePart("3 Ban");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtEnd());
        log.WritePart(" c\n");
        await reader.SeesAsync("3 Ban c");
    }

    [Fact]
    public async Task A_half_written_line_is_read_once_it_has_its_end()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        log.WritePart("3 Ban c");
        await reader.SeesAsync("1 Ban a", "2 Ban b");
        log.WritePart("c\n");
        await reader.SeesAsync("1 Ban a", "2 Ban b", "3 Ban cc");
    }

    [Fact]
    public async Task A_renamed_log_is_read_to_its_end_before_the_new_one()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("1 Ban a", "2 Ban b");
        log.Rename();
        File.AppendAllText(log.Sibling(".1"), "3 Ban c\n");
        log.Write("4 Ban d");
        await reader.SeesAsync("1 Ban a", "2 Ban b", "3 Ban c", "4 Ban d");
        Assert.Empty(reader.Told);
    }

    [Fact]
    public async Task A_log_that_was_copied_and_cut_is_read_on_from_its_beginning()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("1 Ban a", "2 Ban b");
        log.CopyTruncate();
        log.Write("3 Ban c", "4 Ban d", "5 Ban e", "6 Ban f");
        await reader.SeesAsync("1 Ban a", "2 Ban b", "3 Ban c", "4 Ban d", "5 Ban e", "6 Ban f");
        Assert.Empty(reader.Told);
    }

    [Fact]
    public async Task A_stopped_reader_goes_on_where_it_was()
    {
        LogPosition position = await ReadAllAsync();
        log.Write("3 Ban c");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("3 Ban c");
    }

    [Fact]
    public async Task A_stopped_reader_finds_its_place_in_a_log_that_was_rotated_twice()
    {
        LogPosition position = await ReadAllAsync();
        log.Write("3 Ban c");
        log.Rename();
        log.Write("4 Ban d");
        log.RenameAgain();
        log.Write("5 Ban e");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("3 Ban c", "4 Ban d", "5 Ban e");
        Assert.Empty(reader.Told);
    }

    [Fact]
    public async Task A_stopped_reader_finds_its_place_in_the_copy_of_a_cut_log()
    {
        LogPosition position = await ReadAllAsync();
        log.Write("3 Ban c");
        log.CopyTruncate();
        log.Write("4 Ban d");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("3 Ban c", "4 Ban d");
    }

    [Fact]
    public async Task A_place_that_is_nowhere_is_told_and_the_log_is_read_from_its_beginning()
    {
        LogPosition position = await ReadAllAsync();
        File.Delete(log.Path);
        log.Write("9 Ban z");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("9 Ban z");
        Assert.Equal([$"{log.Path} was cut, or the file that was read last is gone. Reading from its beginning; a ban that stood only in what is gone is lost."],
            reader.Told);
    }

    [Fact]
    public async Task A_place_in_a_log_that_was_still_empty_is_found()
    {
        File.WriteAllText(log.Path, "");
        LogPosition position;
        using (LogTail tail = new(log.Path, TimeProvider.System, sentence => Assert.Fail(sentence)))
        {
            tail.StartAtEnd();
            position = tail.Position;
        }

        log.Write("3 Ban c");
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAt(position));
        await reader.SeesAsync("3 Ban c");
        Assert.Empty(reader.Told);
    }

    private async Task<LogPosition> ReadAllAsync()
    {
        await using TailedLog.Reader reader = log.Read(tail => tail.StartAtBeginning());
        await reader.SeesAsync("1 Ban a", "2 Ban b");
        return reader.Position;
    }
}
