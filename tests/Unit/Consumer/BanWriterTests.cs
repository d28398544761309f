using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Consumer;

public sealed class BanWriterTests : RunningBanWriter
{
    [Fact]
    public async Task A_ban_is_in_the_log_when_it_counts_as_written()
    {
        Assert.IsType<BanOutcome.Written>(await Writer.WriteAsync(Some.Ban()));
        Assert.Equal(
            "2026-11-23T02:44:23.706Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z\n",
            File.ReadAllText(LogPath));
    }

    [Fact]
    public async Task A_duplicate_is_not_written_again_after_a_restart_either()
    {
        await Writer.WriteAsync(Some.Ban());
        Assert.IsType<BanOutcome.Duplicate>(await Writer.WriteAsync(Some.Ban()));
        await StopAsync();
        await StartAsync();
        Assert.IsType<BanOutcome.Duplicate>(await Writer.WriteAsync(Some.Ban()));
        Assert.Single(File.ReadAllLines(LogPath));
    }

    [Fact]
    public async Task A_ban_whose_line_was_torn_off_is_written_whole()
    {
        await Writer.WriteAsync(Some.Ban());
        await StopAsync();
        byte[] bytes = File.ReadAllBytes(LogPath);
        File.WriteAllBytes(LogPath, bytes[..^5]);
        await StartAsync();
        Assert.IsType<BanOutcome.Written>(await Writer.WriteAsync(Some.Ban()));
        Assert.EndsWith("detected=2026-11-23T02:44:23.706Z\n", File.ReadAllText(LogPath));
        Assert.Equal(2, File.ReadAllLines(LogPath).Length);
    }

    [Fact]
    public async Task Written_lines_are_logged_and_duplicates_are_not()
    {
        Ban ban = Some.Ban("203.0.113.1");
        await Writer.WriteAsync(ban);
        await Writer.WriteAsync(ban);
        await Writer.WritePardonsAsync([Pardon("203.0.113.0/24")], mayBeWritten: false);
        Assert.Equal(
            [$"Writing to {LogPath}.", $"Written: {MonitoredLogLine.BanText(ban)}.", "Written: 2 lines of pardons."],
            Log.Messages);
    }

    [Fact]
    public async Task The_daemon_is_initialized_when_its_log_is_read()
    {
        Parts.Readiness.MarkStarted();
        await Writer.WriteAsync(Some.Ban());
        Assert.True(Parts.Readiness.Task.IsCompleted);
    }

    [Fact]
    public async Task Lines_of_the_last_ten_seconds_are_the_first_of_a_new_file()
    {
        await Writer.WriteAsync(Some.Ban("203.0.113.1"));
        Clock.Advance(TimeSpan.FromSeconds(11));
        await Writer.WriteAsync(Some.Ban("203.0.113.2"));
        File.Move(LogPath, LogPath + ".1");
        await Writer.WriteAsync(Some.Ban("203.0.113.3"));
        Assert.Equal(["203.0.113.2", "203.0.113.3"], File.ReadLines(LogPath).Select(line => line.Split(' ')[2]));
    }

    [Fact]
    public async Task Recent_lines_are_repeated_when_the_file_was_renamed_while_the_consumer_was_stopped()
    {
        await Writer.WriteAsync(Some.Ban("203.0.113.1"));
        Clock.Advance(TimeSpan.FromSeconds(11));
        await Writer.WriteAsync(Some.Ban("203.0.113.2"));
        await StopAsync();
        File.AppendAllText(LogPath, "2026-11-23T02:44:34.706Z Ban 203.0.113.9 jail=to");
        File.Move(LogPath, LogPath + ".1");
        for (int restart = 0; restart < 2; restart++)
        {
            await StartAsync();
            await Eventually.TrueAsync(() => File.Exists(LogPath) && File.ReadAllText(LogPath).EndsWith('\n'), () => "Not repeated.");
            // The writer does this after it has repeated lines.
            await Writer.WritePardonsAsync([], mayBeWritten: false);
            await StopAsync();
            Assert.Equal(["203.0.113.2"], File.ReadLines(LogPath).Select(line => line.Split(' ')[2]));
        }

        await StartAsync();
    }

    [Fact]
    public async Task Recent_lines_are_repeated_even_without_a_new_ban()
    {
        await Writer.WriteAsync(Some.Ban());
        File.Move(LogPath, LogPath + ".1");
        await AdvanceUntilAsync(() => File.Exists(LogPath) && File.ReadAllLines(LogPath).Length == 1);
    }

    [Fact]
    public async Task A_ban_waits_while_the_log_cannot_be_written()
    {
        File.Delete(LogPath);
        Directory.CreateDirectory(LogPath);
        Task<BanOutcome> held = Writer.WriteAsync(Some.Ban());
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(held.IsCompleted);
        await Eventually.TrueAsync(() => Problems.Texts is [var text] && text.StartsWith($"Cannot write {LogPath}: "), () => "No problem.");
        Directory.Delete(LogPath);
        await AdvanceUntilAsync(() => held.IsCompleted);
        Assert.IsType<BanOutcome.Written>(await held);
        Assert.Empty(Problems.Texts);
        Assert.Single(File.ReadAllLines(LogPath));
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.True(condition());
    }
}
