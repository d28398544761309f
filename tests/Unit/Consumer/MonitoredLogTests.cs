using F2bBroker.Consumer;

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

    public void Dispose()
    {
        log.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Lines_are_appended_and_the_group_may_read_them()
    {
        log.Open();
        Append("one\n");
        Append("two\n");
        Assert.Equal("one\ntwo\n", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
    }

    [Fact]
    public void The_mode_of_a_log_that_is_there_stays()
    {
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, mode);
        log.Open();
        Assert.Equal(mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_torn_last_line_is_closed()
    {
        File.WriteAllText(path, "one\ntor");
        log.Open();
        Append("two\n");
        Assert.Equal("one\ntor\ntwo\n", File.ReadAllText(path));
    }

    [Fact]
    public void After_copytruncate_no_NUL_stands_before_the_next_line()
    {
        log.Open();
        Append("one\n");
        using (FileStream cut = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            cut.SetLength(0);
        }

        Assert.False(log.IsRenamed);
        Append("two\n");
        Assert.Equal("two\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_renamed_or_deleted_log_is_noticed_and_opened_anew()
    {
        log.Open();
        Append("one\n");
        File.Move(path, path + ".1");
        Assert.True(log.IsRenamed);
        log.Open();
        Assert.False(log.IsRenamed);
        Append("two\n");
        Assert.Equal("two\n", File.ReadAllText(path));
        File.Delete(path);
        Assert.True(log.IsRenamed);
    }

    private void Append(string text)
    {
        int written = 0;
        log.Append(System.Text.Encoding.UTF8.GetBytes(text), ref written);
        Assert.Equal(text.Length, written);
    }
}
