using F2bBroker.Consumer.Rules;

namespace F2bBroker.UnitTests.Consumer;

public sealed class BanWriterPardonTests : RunningBanWriter
{
    [Fact]
    public async Task A_ban_waits_until_the_pardons_are_known()
    {
        Pardons.MarkUnknown();
        Task<BanOutcome> waiting = Writer.WriteAsync(Some.Ban());
        Task<BanOutcome> pardoned = Writer.WriteAsync(Some.Ban("203.0.113.8"));
        Pardon("203.0.113.8");
        // The writer handles the bans that do not wait before this.
        await Writer.WritePardonsAsync([], mayBeWritten: false);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(2, Parts.Metrics.Waiting);
        Assert.Empty(File.ReadAllLines(LogPath));
        Pardons.MarkKnown();
        Assert.IsType<BanOutcome.Written>(await waiting);
        Assert.IsType<BanOutcome.Pardoned>(await pardoned);
        Assert.Equal((0, 1), (Parts.Metrics.Waiting, Parts.Metrics.Written));
        Assert.Single(File.ReadAllLines(LogPath));
    }

    [Fact]
    public async Task Repeated_lines_leave_out_pardoned_addresses_and_keep_pardons()
    {
        await Writer.WriteAsync(Some.Ban("203.0.113.1"));
        await Writer.WriteAsync(Some.Ban("203.0.113.2"));
        await Writer.WritePardonsAsync([Pardon("203.0.113.1")], mayBeWritten: false);
        File.Move(LogPath, LogPath + ".1");
        await Writer.WriteAsync(Some.Ban("203.0.113.3"));
        Assert.Equal(["Ban 203.0.113.2", "Pardon 203.0.113.1", "Ban 203.0.113.3"], Words());
        File.Move(LogPath, LogPath + ".1", overwrite: true);
        Pardons.Replace(Pardons.CreateList());
        await StopAsync();
        await StartAsync();
        await Eventually.TrueAsync(() => File.Exists(LogPath) && File.ReadAllLines(LogPath).Length == 3, () => "Not repeated.");
    }

    [Fact]
    public async Task After_a_restart_a_ban_that_a_later_line_pardons_is_not_repeated()
    {
        await Writer.WriteAsync(Some.Ban("203.0.113.1"));
        await Writer.WritePardonsAsync([Pardon("203.0.113.0/24")], mayBeWritten: false);
        await StopAsync();
        Pardons.Replace(Pardons.CreateList());
        File.Move(LogPath, LogPath + ".1");
        await StartAsync();
        await Eventually.TrueAsync(() => File.Exists(LogPath) && File.ReadAllText(LogPath).EndsWith('\n'), () => "Not repeated.");
        Assert.Equal(["Pardon 203.0.113.0/24", "Pardon 203.0.113.1"], Words());
    }

    [Fact]
    public async Task After_a_restart_a_ban_that_followed_a_pardon_follows_it_again()
    {
        await Writer.WriteAsync(Some.Ban("203.0.113.1", server: "web3"));
        await Writer.WriteAsync(Some.Ban("203.0.113.1", jail: "postfix", server: "web3"));
        await Writer.WritePardonsAsync([Pardon("203.0.113.1")], mayBeWritten: false);
        Pardons.Replace(Pardons.CreateList());
        await Writer.WriteAsync(Some.Ban("203.0.113.1", server: "web4"));
        await StopAsync();
        File.Move(LogPath, LogPath + ".1");
        await StartAsync();
        await Eventually.TrueAsync(() => File.Exists(LogPath) && File.ReadAllText(LogPath).EndsWith('\n'), () => "Not repeated.");
        Assert.Equal(["Pardon 203.0.113.1", "Ban 203.0.113.1"], Words());
    }
}
