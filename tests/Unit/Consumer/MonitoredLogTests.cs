using F2bBroker.Consumer.Writing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class MonitoredLogTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly string path;
    private readonly MonitoredLog log;

    public MonitoredLogTests()
    {
        path = folder["bans.log"];
        log = new MonitoredLog(path);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Lines_are_appended_and_the_group_may_read_them()
    {
        Assert.False(Append(""));
        Assert.True(Append("one\n"));
        Assert.True(Append("two\n"));
        Assert.Equal("one\ntwo\n", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
    }

    [Fact]
    public void The_mode_of_an_existing_log_is_kept()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, mode);
        Append("");
        Assert.Equal(mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_torn_last_line_is_closed()
    {
        File.WriteAllText(path, "one\ntor");
        Assert.False(Append(""));
        Assert.True(Append("two\n"));
        Assert.Equal("one\ntor\ntwo\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_truncated_log_is_a_new_log_and_no_NUL_precedes_the_next_line()
    {
        Append("");
        Append("one\n");
        using (FileStream cut = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            cut.SetLength(0);
        }

        Assert.False(Append("two\n"));
        Assert.True(Append("two\n"));
        Assert.Equal("two\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_renamed_or_deleted_log_is_a_new_log()
    {
        Append("");
        Append("one\n");
        File.Move(path, path + ".1");
        Assert.False(Append("two\n"));
        Assert.True(Append("two\n"));
        Assert.Equal("two\n", File.ReadAllText(path));
        File.Delete(path);
        Assert.False(Append("three\n"));
    }

    [Fact]
    public void The_log_is_not_open_between_two_appends()
    {
        Append("");
        Append("one\n");
        Assert.DoesNotContain(path, Directory.GetFiles("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget));
    }

    [Fact]
    public void A_line_begun_in_a_deleted_file_is_not_continued_in_another()
    {
        Append("");
        int written = 2;
        Assert.True(log.Append("one\n"u8, ref written));
        Assert.Equal("e\n", File.ReadAllText(path));
        File.Delete(path);
        written = 2;
        Assert.False(log.Append("two\n"u8, ref written));
    }

    [Fact]
    public void A_log_that_another_program_reads_can_be_written()
    {
        Append("");
        using FileStream other = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Assert.True(Append("one\n"));
    }

    [Fact]
    public void What_another_program_appends_does_not_make_it_a_new_log()
    {
        Append("");
        Append("one\n");
        File.AppendAllText(path, "foreign\n");
        Assert.True(Append("two\n"));
        Assert.Equal("one\nforeign\ntwo\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_line_that_was_begun_is_not_continued_after_what_another_program_appended()
    {
        Append("");
        File.AppendAllText(path, "foreign\n");
        int written = 2;
        Assert.False(log.Append("one\n"u8, ref written));
        Assert.Equal("foreign\n", File.ReadAllText(path));
    }

    private bool Append(string text)
    {
        int written = 0;
        return log.Append(System.Text.Encoding.UTF8.GetBytes(text), ref written);
    }
}
