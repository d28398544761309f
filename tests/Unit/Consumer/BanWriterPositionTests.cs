using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Consumer;

public sealed class BanWriterPositionTests : RunningBanWriter
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015";

    [Fact]
    public async Task The_position_follows_the_bans_and_is_repeated_in_each_new_file()
    {
        await Writer.WriteAsync(Some.Ban("203.0.113.1"));
        await Writer.WritePositionAsync(new PositionLine(Clock.GetUtcNow(), 7, Hash));
        Assert.Equal(["Ban 203.0.113.1", "Position offset=7"], Words());
        await Writer.WritePositionAsync(new PositionLine(Clock.GetUtcNow(), 8, Hash));
        Clock.Advance(TimeSpan.FromMinutes(1));
        // Otherwise the writer, which the clock has woken, may find the new file before it gets the ban.
        await Writer.WritePardonsAsync([], mayBeWritten: false);
        File.Move(LogPath, LogPath + ".1");
        await Writer.WriteAsync(Some.Ban("203.0.113.2"));
        Assert.Equal(["Ban 203.0.113.2", "Position offset=8"], Words());
        Assert.Equal(Some.Clock().GetUtcNow(), PositionLine.Parse(File.ReadLines(LogPath).Last())!.ReachedAt);
    }

    [Theory]
    [InlineData("bans.log", 2)]
    [InlineData("bans.log.1", 1)]
    public async Task The_last_position_of_an_earlier_run_is_found_in_the_log_or_in_the_newest_sibling(string file, int lines)
    {
        await StopAsync();
        File.Delete(LogPath);
        File.WriteAllText(Folder["bans.log.2"], Line(5));
        File.WriteAllText(Folder[file], Line(6) + Line(7));
        QueueType = "stream";
        await StartAsync();
        await Writer.Loaded;
        await Writer.WriteAsync(Some.Ban("203.0.113.1"));
        Assert.Equal(7, Writer.LoadedPosition!.Offset);
        Assert.Equal(lines, Words().Count(words => words.StartsWith("Position", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_with_a_queue_has_no_position()
    {
        await StopAsync();
        File.WriteAllText(LogPath, Line(7));
        await StartAsync();
        await Writer.Loaded;
        Assert.Null(Writer.LoadedPosition);
    }

    private string Line(long offset) =>
        MonitoredLogLine.Format(Clock.GetUtcNow(), new PositionLine(Clock.GetUtcNow(), offset, Hash).Text);
}
