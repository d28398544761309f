namespace F2bBroker.UnitTests.Producer;

/// <summary>A log that is replaced by another file, or deleted, while fail2ban has it open.</summary>
public sealed class ReplacedLogTests : FollowedLogTests
{
    [Fact]
    public void A_replaced_file_is_read_until_the_log_is_reopened()
    {
        using StreamWriter old = OpenedWriter();
        Log.Replace([.. Lines(0, 8), .. Lines(15, 20)]);
        Assert.Equal([.. Lines(0, 8), .. Lines(15, 20)], ReadAll());
        Assert.Empty(Messages);
        WriteTo(old, Lines(20, 30));
        Assert.Equal(Lines(20, 30), ReadAll());
        WriteTo(old, Lines(30, 40));
        Log.Write(Lines(40, 50));
        Assert.Equal(Lines(30, 50), ReadAll());
        Assert.StartsWith($"{Log.Path} was replaced or deleted (sed -i, an editor), ", Assert.Single(Messages));
        Assert.Contains("fail2ban-client flushlogs", Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_under_the_name_of_the_log_is_continued_at_the_position()
    {
        using StreamWriter old = OpenedWriter();
        Log.Replace(Lines(0, 20));
        Assert.Empty(ReadAll());
        WriteTo(old, Lines(20, 30));
        Log.Write(Lines(30, 40));
        Assert.Equal(Lines(20, 40), ReadAll());
    }

    [Fact]
    public void A_deleted_log_is_read_until_the_log_is_reopened()
    {
        using StreamWriter old = OpenedWriter();
        File.Delete(Log.Path);
        Assert.Empty(ReadAll());
        Clock.Advance(TimeSpan.FromSeconds(1));
        WriteTo(old, Lines(20, 30));
        Assert.Equal(Lines(20, 30), ReadAll());
        Assert.StartsWith($"{Log.Path} was replaced or deleted (sed -i, an editor), ", Assert.Single(Messages));
        Log.Write(Lines(30, 40));
        Assert.Equal(Lines(30, 40), ReadAll());
        Assert.Single(Messages);
    }

    [Fact]
    public void A_log_that_is_replaced_again_and_again_is_read()
    {
        using StreamWriter first = OpenedWriter();
        for (int i = 0; i < 10; i++)
        {
            Log.Replace(Lines(0, 10 + i));
            ReadAll();
        }

        WriteTo(first, Lines(20, 30));
        Assert.Equal(Lines(20, 30), ReadAll());
        Log.Write(Lines(30, 40));
        Assert.Equal(Lines(30, 40), ReadAll());
        using StreamWriter second = OpenedWriter();
        Log.Replace(Lines(0, 40));
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
            Log.Replace(Lines(0, 10));
            ReadAll();
            Clock.Advance(TimeSpan.FromDays(1));
            WriteTo(old, Lines(20, 30));
            Assert.Equal(Lines(20, 30), ReadAll());
        }

        Log.Write(Lines(30, 31));
        Clock.Advance(TimeSpan.FromMinutes(9));
        Log.Write(Lines(31, 32));
        Assert.Equal(Lines(30, 32), ReadAll());
        Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(ReadAll());
        Assert.Equal(1, DeletedFiles());
        Log.Write(Lines(32, 33));
        Assert.Equal(Lines(32, 33), ReadAll());
        Assert.Equal(0, DeletedFiles());
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(20, 0)]
    public void A_restart_after_the_log_was_replaced_is_logged_with_the_remedy(int kept, int changed)
    {
        using StreamWriter old = OpenedWriter();
        Log.Replace(Lines(0, kept));
        Restart();
        Assert.Equal(Lines(0, kept == 20 ? 0 : kept), ReadAll());
        Assert.Equal(changed + 1, Messages.Count);
        Assert.StartsWith($"{Log.Path} is another file than the one that was read last ", Messages[^1]);
        Assert.Contains("fail2ban-client flushlogs", Messages[^1], StringComparison.Ordinal);
        Messages.Clear();
        Restart();
        Assert.Empty(Messages);
    }

    [Fact]
    public void A_restart_after_the_new_file_was_read_too_is_logged_until_the_old_file_is_closed()
    {
        using StreamWriter old = OpenedWriter();
        Log.Replace(Lines(0, 8));
        Assert.Equal(Lines(0, 8), ReadAll());
        Restart();
        Assert.StartsWith($"{Log.Path} is another file than the one that was read last ", Assert.Single(Messages));
    }

    private static void WriteTo(StreamWriter file, string[] lines)
    {
        file.Write(string.Concat(lines.Select(line => line + "\n")));
        file.Flush();
    }

    private StreamWriter OpenedWriter() =>
        new(new FileStream(Log.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));

    private int DeletedFiles() =>
        Directory
            .GetFiles("/proc/self/fd")
            .Select(file => new FileInfo(file).LinkTarget)
            .Count(target => target == $"{Log.Path} (deleted)");
}
