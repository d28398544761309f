using System.Threading.Channels;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Publishing;
using F2bBroker.Producer.Tailing;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

public sealed class CheckpointTrackerTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly Channel<PendingPublish> window = Channel.CreateUnbounded<PendingPublish>();
    private readonly Checkpoint checkpoint;
    private readonly ShippingProgress progress;
    private readonly HealthProblems problems;
    private readonly CheckpointTracker confirmed;
    private readonly Task following;

    public CheckpointTrackerTests()
    {
        checkpoint = new Checkpoint(folder["checkpoint"]);
        progress = new ShippingProgress(clock);
        problems = new HealthProblems(clock);
        confirmed = new CheckpointTracker(checkpoint, progress, problems, clock, NullLogger.Instance);
        confirmed.Save(At(0));
        following = confirmed.AdvanceAsync(window.Reader);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_waits_for_the_first_unconfirmed_ban_even_if_later_bans_are_confirmed()
    {
        TaskCompletionSource first = new();
        Ship(first.Task, 10);
        Ship(Task.CompletedTask, 20);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, (checkpoint.Load() as LogPosition)?.Offset);
        first.SetResult();
        window.Writer.Complete();
        await following;
        Assert.Equal(20, (checkpoint.Load() as LogPosition)?.Offset);
        Assert.Equal(At(20), progress.Confirmed);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_saved_is_a_problem_until_it_can()
    {
        Directory.CreateDirectory(folder["checkpoint.new"]);
        Assert.False(confirmed.Save(At(10)));
        Assert.StartsWith("Cannot save the checkpoint: ", Assert.Single(problems.Texts));
        Directory.Delete(folder["checkpoint.new"]);
        Assert.True(confirmed.Save(At(10)));
        Assert.Empty(problems.Texts);
    }

    [Fact]
    public async Task After_a_failure_it_saves_the_last_position_confirmed_before_it()
    {
        Ship(Task.CompletedTask, 10);
        Ship(Task.FromCanceled(new CancellationToken(canceled: true)), 20);
        Ship(Task.CompletedTask, 30);
        await Assert.ThrowsAsync<TaskCanceledException>(() => following);
        Assert.Equal(10, (checkpoint.Load() as LogPosition)?.Offset);
    }

    [Fact]
    public async Task Under_load_it_saves_once_a_second()
    {
        TaskCompletionSource[] confirms = [new(), new(), new(), new()];
        for (int i = 0; i < confirms.Length; i++)
        {
            Ship(confirms[i].Task, i + 1);
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        await ConfirmAsync(confirms[0], 1);
        // When the second is confirmed, it has decided not to save the first.
        await ConfirmAsync(confirms[1], 2);
        Assert.Equal(0, Saved);
        clock.Advance(TimeSpan.FromTicks(1));
        confirms[2].SetResult();
        await SavesAsync(offset => offset is 2 or 3);
    }

    [Fact]
    public async Task What_follows_a_ban_is_saved_at_once_with_it()
    {
        TaskCompletionSource first = new();
        Ship(first.Task, 1);
        Ship(Task.CompletedTask, 2);
        Ship(Task.CompletedTask, 3, isBan: false);
        clock.Advance(TimeSpan.FromTicks(1));
        first.SetResult();
        await SavesAsync(offset => offset == 3);
    }

    [Fact]
    public async Task A_ban_is_saved_at_once_if_no_other_is_pending_and_other_lines_once_a_minute()
    {
        clock.Advance(TimeSpan.FromMinutes(1));
        await ShipOtherLineAsync(1);
        await ShipOtherLineAsync(2);
        Assert.Equal(0, Saved);
        clock.Advance(TimeSpan.FromTicks(1));
        await ShipOtherLineAsync(3);
        await SavesAsync(offset => offset is 2 or 3);
        clock.Advance(TimeSpan.FromTicks(1));
        Ship(Task.CompletedTask, 4);
        await SavesAsync(offset => offset == 4);
        clock.Advance(TimeSpan.FromTicks(1));
        await ShipOtherLineAsync(5);
        await ShipOtherLineAsync(6);
        Assert.Equal(4, Saved);
        window.Writer.Complete();
        await following;
        Assert.Equal(6, Saved);
    }

    [Fact]
    public void A_first_start_has_no_checkpoint_and_one_that_cannot_be_read_is_said()
    {
        LoggedMessages log = new();
        CheckpointTracker tracker = new(checkpoint, progress, problems, clock, log);
        Assert.Equal(At(0), tracker.Load(out bool isUnreadable));
        Assert.False(isUnreadable);
        File.WriteAllText(folder["checkpoint"], "");
        Assert.Null(tracker.Load(out isUnreadable));
        Assert.True(isUnreadable);
        string message = Assert.Single(log.Messages);
        Assert.StartsWith($"The checkpoint {folder["checkpoint"]} does not contain a position (", message);
        Assert.EndsWith(
            " Reading the log from its beginning. Bans published earlier are published again; the other servers skip them as duplicates.",
            message);
        File.Delete(folder["checkpoint"]);
        Assert.Null(tracker.Load(out isUnreadable));
        Assert.False(isUnreadable);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_saved_is_logged_once_and_when_it_can()
    {
        LoggedMessages log = new();
        CheckpointTracker tracker = new(checkpoint, progress, problems, clock, log);
        Directory.CreateDirectory(folder["checkpoint.new"]);
        tracker.Save(At(10));
        tracker.Save(At(10));
        Directory.Delete(folder["checkpoint.new"]);
        tracker.Save(At(10));
        tracker.Save(At(10));
        Assert.Equal(2, log.Messages.Count);
        Assert.StartsWith("Cannot save the checkpoint: ", log.Messages[0]);
        Assert.EndsWith(" Publishing continues. After a restart some bans are published again.", log.Messages[0]);
        Assert.Equal("Can save the checkpoint again.", log.Messages[1]);
    }

    private long? Saved => (checkpoint.Load() as LogPosition)?.Offset;

    private static LogPosition At(long offset) => new(0, "", offset, DateTime.UnixEpoch);

    private void Ship(Task confirmed, long end, bool isBan = true) =>
        window.Writer.TryWrite(new PendingPublish(confirmed, At(end), isBan));

    private async Task ShipOtherLineAsync(long end)
    {
        Ship(Task.CompletedTask, end, isBan: false);
        await AdvancesToAsync(end);
    }

    private async Task ConfirmAsync(TaskCompletionSource shipped, long end)
    {
        shipped.SetResult();
        await AdvancesToAsync(end);
    }

    private Task AdvancesToAsync(long end) =>
        Eventually.TrueAsync(() => At(end).Equals(progress.Confirmed), () => $"{progress.Confirmed} is confirmed.");

    private Task SavesAsync(Func<long?, bool> condition) => Eventually.TrueAsync(() => condition(Saved), () => $"{Saved} is saved.");
}
