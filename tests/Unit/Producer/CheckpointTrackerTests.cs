using System.Threading.Channels;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Publishing;
using F2bBroker.Producer.Tailing;
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

    private static LogPosition At(long offset) => new(0, "", offset, DateTime.UnixEpoch);

    private void Ship(Task confirmed, long end) => window.Writer.TryWrite(new PendingPublish(confirmed, At(end), IsBan: true));
}
