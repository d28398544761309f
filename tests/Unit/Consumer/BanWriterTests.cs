using System.Diagnostics.CodeAnalysis;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Shared.Configuration;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class BanWriterTests : IAsyncLifetime
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015";

    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly string path;
    private readonly DaemonMeter meter;
    private readonly HealthProblems problems;
    private readonly CurrentPardons pardons = new(Some.Settings().Consumer);
    private readonly LoggedMessages<BanWriter> log = new();
    private string queueType = "classic";
    private WriterParts parts;
    private BanWriter writer;

    public BanWriterTests()
    {
        path = folder["bans.log"];
        problems = new HealthProblems(clock);
        meter = new DaemonMeter(new LastBrokerContact(clock), clock);
        pardons.MarkKnown();
        writer = NewWriter();
    }

    public async ValueTask InitializeAsync()
    {
        await writer.StartAsync(CancellationToken.None);
        // The writer creates the log in the background.
        while (!File.Exists(path))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        meter.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_ban_is_in_the_log_when_it_counts_as_written()
    {
        Assert.IsType<BanOutcome.Written>(await writer.WriteAsync(Some.Ban()));
        Assert.Equal(
            "2026-11-23T02:44:23.706Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z\n",
            File.ReadAllText(path));
    }

    [Fact]
    public async Task A_duplicate_is_not_written_again_after_a_restart_either()
    {
        await writer.WriteAsync(Some.Ban());
        Assert.IsType<BanOutcome.Duplicate>(await writer.WriteAsync(Some.Ban()));
        await RestartAsync();
        Assert.IsType<BanOutcome.Duplicate>(await writer.WriteAsync(Some.Ban()));
        Assert.Single(File.ReadAllLines(path));
    }

    [Fact]
    public async Task A_ban_whose_line_was_torn_off_is_written_whole()
    {
        await writer.WriteAsync(Some.Ban());
        await StopAsync();
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^5]);
        await RestartAsync();
        Assert.IsType<BanOutcome.Written>(await writer.WriteAsync(Some.Ban()));
        Assert.EndsWith("detected=2026-11-23T02:44:23.706Z\n", File.ReadAllText(path));
        Assert.Equal(2, File.ReadAllLines(path).Length);
    }

    [Fact]
    public async Task Written_lines_are_logged_and_duplicates_are_not()
    {
        Ban ban = Some.Ban("203.0.113.1");
        await writer.WriteAsync(ban);
        await writer.WriteAsync(ban);
        await writer.WritePardonsAsync([Pardon("203.0.113.0/24")], mayBeWritten: false);
        Assert.Equal(
            [$"Writing to {path}.", $"Written: {MonitoredLogLine.BanText(ban)}.", "Written: 2 lines of pardons."],
            log.Messages);
    }

    [Fact]
    public async Task The_daemon_is_initialized_when_its_log_is_read()
    {
        parts.Readiness.MarkStarted();
        await writer.WriteAsync(Some.Ban());
        Assert.True(parts.Readiness.Task.IsCompleted);
    }

    [Fact]
    public async Task Lines_of_the_last_ten_seconds_are_the_first_of_a_new_file()
    {
        await writer.WriteAsync(Some.Ban("203.0.113.1"));
        clock.Advance(TimeSpan.FromSeconds(11));
        await writer.WriteAsync(Some.Ban("203.0.113.2"));
        File.Move(path, path + ".1");
        await writer.WriteAsync(Some.Ban("203.0.113.3"));
        Assert.Equal(["203.0.113.2", "203.0.113.3"], File.ReadLines(path).Select(line => line.Split(' ')[2]));
    }

    [Fact]
    public async Task Recent_lines_are_repeated_when_the_file_was_renamed_while_the_consumer_was_stopped()
    {
        await writer.WriteAsync(Some.Ban("203.0.113.1"));
        clock.Advance(TimeSpan.FromSeconds(11));
        await writer.WriteAsync(Some.Ban("203.0.113.2"));
        await StopAsync();
        File.AppendAllText(path, "2026-11-23T02:44:34.706Z Ban 203.0.113.9 jail=to");
        File.Move(path, path + ".1");
        for (int restart = 0; restart < 2; restart++)
        {
            writer = NewWriter();
            await writer.StartAsync(CancellationToken.None);
            await Eventually.TrueAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'), () => "No file was written.");
            // The writer does this after it has repeated lines.
            await writer.WritePardonsAsync([], mayBeWritten: false);
            await StopAsync();
            Assert.Equal(["203.0.113.2"], File.ReadLines(path).Select(line => line.Split(' ')[2]));
        }

        writer = NewWriter();
        await writer.StartAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Recent_lines_are_repeated_even_without_a_new_ban()
    {
        await writer.WriteAsync(Some.Ban());
        File.Move(path, path + ".1");
        await AdvanceUntilAsync(() => File.Exists(path) && File.ReadAllLines(path).Length == 1);
    }

    [Fact]
    public async Task A_ban_waits_while_the_log_cannot_be_written()
    {
        File.Delete(path);
        Directory.CreateDirectory(path);
        Task<BanOutcome> held = writer.WriteAsync(Some.Ban());
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(held.IsCompleted);
        await Eventually.TrueAsync(() => problems.Texts is [var text] && text.StartsWith($"Cannot write {path}: "), () => "No problem.");
        Directory.Delete(path);
        await AdvanceUntilAsync(() => held.IsCompleted);
        Assert.IsType<BanOutcome.Written>(await held);
        Assert.Empty(problems.Texts);
        Assert.Single(File.ReadAllLines(path));
    }

    [Fact]
    public async Task A_ban_waits_until_the_pardons_are_known()
    {
        pardons.MarkUnknown();
        Task<BanOutcome> waiting = writer.WriteAsync(Some.Ban());
        Task<BanOutcome> pardoned = writer.WriteAsync(Some.Ban("203.0.113.8"));
        Pardon("203.0.113.8");
        // The writer handles the bans that do not wait before this.
        await writer.WritePardonsAsync([], mayBeWritten: false);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(2, parts.Metrics.Waiting);
        Assert.Empty(File.ReadAllLines(path));
        pardons.MarkKnown();
        Assert.IsType<BanOutcome.Written>(await waiting);
        Assert.IsType<BanOutcome.Pardoned>(await pardoned);
        Assert.Equal((0, 1), (parts.Metrics.Waiting, parts.Metrics.Written));
        Assert.Single(File.ReadAllLines(path));
    }

    [Fact]
    public async Task Repeated_lines_leave_out_pardoned_addresses_and_keep_pardons()
    {
        await writer.WriteAsync(Some.Ban("203.0.113.1"));
        await writer.WriteAsync(Some.Ban("203.0.113.2"));
        await writer.WritePardonsAsync([Pardon("203.0.113.1")], mayBeWritten: false);
        File.Move(path, path + ".1");
        await writer.WriteAsync(Some.Ban("203.0.113.3"));
        Assert.Equal(["Ban 203.0.113.2", "Pardon 203.0.113.1", "Ban 203.0.113.3"], Words());
        File.Move(path, path + ".1", overwrite: true);
        pardons.Replace(pardons.CreateList());
        await RestartAsync();
        await Eventually.TrueAsync(() => File.Exists(path) && File.ReadAllLines(path).Length == 3, () => "Not repeated.");
    }

    [Fact]
    public async Task After_a_restart_a_ban_that_a_later_line_pardons_is_not_repeated()
    {
        await writer.WriteAsync(Some.Ban("203.0.113.1"));
        await writer.WritePardonsAsync([Pardon("203.0.113.0/24")], mayBeWritten: false);
        await StopAsync();
        pardons.Replace(pardons.CreateList());
        File.Move(path, path + ".1");
        writer = NewWriter();
        await writer.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'), () => "Not repeated.");
        Assert.Equal(["Pardon 203.0.113.0/24", "Pardon 203.0.113.1"], Words());
    }

    [Fact]
    public async Task After_a_restart_a_ban_that_followed_a_pardon_follows_it_again()
    {
        await writer.WriteAsync(Some.Ban("203.0.113.1", server: "web3"));
        await writer.WriteAsync(Some.Ban("203.0.113.1", jail: "postfix", server: "web3"));
        await writer.WritePardonsAsync([Pardon("203.0.113.1")], mayBeWritten: false);
        pardons.Replace(pardons.CreateList());
        await writer.WriteAsync(Some.Ban("203.0.113.1", server: "web4"));
        await StopAsync();
        File.Move(path, path + ".1");
        writer = NewWriter();
        await writer.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'), () => "Not repeated.");
        Assert.Equal(["Pardon 203.0.113.1", "Ban 203.0.113.1"], Words());
    }

    [Fact]
    public async Task The_position_follows_the_bans_and_is_repeated_in_each_new_file()
    {
        await writer.WriteAsync(Some.Ban("203.0.113.1"));
        await writer.WritePositionAsync(new PositionLine(clock.GetUtcNow(), 7, Hash));
        Assert.Equal(["Ban 203.0.113.1", "Position offset=7"], Words());
        await writer.WritePositionAsync(new PositionLine(clock.GetUtcNow(), 8, Hash));
        clock.Advance(TimeSpan.FromMinutes(1));
        File.Move(path, path + ".1");
        await writer.WriteAsync(Some.Ban("203.0.113.2"));
        Assert.Equal(["Ban 203.0.113.2", "Position offset=8"], Words());
        Assert.Equal(Some.Clock().GetUtcNow(), PositionLine.Parse(File.ReadLines(path).Last())!.ReachedAt);
    }

    [Theory]
    [InlineData("bans.log", 2)]
    [InlineData("bans.log.1", 1)]
    public async Task The_last_position_of_an_earlier_run_is_found_in_the_log_or_in_the_newest_sibling(string file, int lines)
    {
        await StopAsync();
        File.Delete(path);
        File.WriteAllText(folder["bans.log.2"], Line(5));
        File.WriteAllText(folder[file], Line(6) + Line(7));
        queueType = "stream";
        writer = NewWriter();
        await writer.StartAsync(CancellationToken.None);
        await writer.Loaded;
        await writer.WriteAsync(Some.Ban("203.0.113.1"));
        Assert.Equal(7, writer.LoadedPosition!.Offset);
        Assert.Equal(lines, Words().Count(words => words.StartsWith("Position", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_with_a_queue_has_no_position()
    {
        await StopAsync();
        File.WriteAllText(path, Line(7));
        writer = NewWriter();
        await writer.StartAsync(CancellationToken.None);
        await writer.Loaded;
        Assert.Null(writer.LoadedPosition);
    }

    private string Line(long offset) =>
        MonitoredLogLine.Format(clock.GetUtcNow(), new PositionLine(clock.GetUtcNow(), offset, Hash).Text);

    private Pardon Pardon(string ip)
    {
        Pardon pardon = Some.Pardon(ip, null);
        PardonList list = pardons.CreateList();
        list.Apply(pardon);
        pardons.Replace(list);
        return pardon;
    }

    private IEnumerable<string> Words() => File.ReadLines(path).Select(line => string.Join(' ', line.Split(' ')[1..3]));

    [MemberNotNull(nameof(parts))]
    private BanWriter NewWriter()
    {
        Settings settings = Some.Settings($"consumer:logpath={path}", $"consumer:queuetype={queueType}");
        parts = new WriterParts(settings, pardons, problems, meter, clock, log);
        return parts.Writer;
    }

    private async Task StopAsync()
    {
        await writer.StopAsync(CancellationToken.None);
        writer.Dispose();
    }

    private async Task RestartAsync()
    {
        await StopAsync();
        writer = NewWriter();
        await writer.StartAsync(CancellationToken.None);
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.True(condition());
    }
}
