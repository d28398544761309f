using System.Threading.Channels;
using CsCheck;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Publishing;
using F2bBroker.Producer.Tailing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Properties;

/// <summary>Any order in which the bans of a window are published, confirmed, and given up.</summary>
public sealed class CheckpointPropertyTests
{
    /// <summary>
    /// Of the ban with that number. A ban that the broker refuses or returns, or whose connection breaks, stays unconfirmed: it is
    /// published again. It is given up only when the producer stops.
    /// </summary>
    private enum Event
    {
        Publish,
        Skip,
        Confirm,
        GiveUp,
        Wait,
    }

    private static readonly Gen<(Event Event, int Number)[]> Steps = Gen.Select(
        Gen.Frequency(
            (4, Event.Publish),
            (1, Event.Skip),
            (4, Event.Confirm),
            (1, Event.GiveUp),
            (2, Event.Wait)),
        Gen.Int[0, 9]).Array[0, 40];

    [Fact]
    public Task The_checkpoint_never_passes_an_unconfirmed_ban_and_reaches_the_last_confirmed_one() => Steps.SampleAsync(CheckAsync);

    private static async Task CheckAsync((Event Event, int Number)[] steps)
    {
        using TempFolder folder = new();
        FakeTimeProvider clock = Some.Clock();
        Checkpoint checkpoint = new(folder["checkpoint"]);
        CheckpointTracker tracker = new(checkpoint, new ShippingProgress(clock), new HealthProblems(clock), clock, NullLogger.Instance);
        Channel<PendingPublish> window = Channel.CreateUnbounded<PendingPublish>();
        tracker.Save(At(0));
        Task following = tracker.AdvanceAsync(window.Reader);
        List<TaskCompletionSource> bans = [];
        foreach ((Event step, int number) in steps)
        {
            Do(step, number);
            Assert.InRange(Saved(), 0, ConfirmedUpTo());
        }

        window.Writer.Complete();
        bans.ForEach(ban => ban.TrySetCanceled());
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.Equal(ConfirmedUpTo(), Saved());

        void Do(Event step, int number)
        {
            switch (step)
            {
                case Event.Wait:
                    clock.Advance(TimeSpan.FromSeconds(1 + 10 * number));
                    break;
                case Event.Confirm when number < bans.Count:
                    bans[number].TrySetResult();
                    break;
                case Event.GiveUp when number < bans.Count:
                    bans[number].TrySetCanceled();
                    break;
                case Event.Publish or Event.Skip:
                    bans.Add(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                    if (step == Event.Skip)
                    {
                        bans[^1].SetResult();
                    }

                    window.Writer.TryWrite(new PendingPublish(bans[^1].Task, At(bans.Count), IsBan: step == Event.Publish));
                    break;
                default:
                    break;
            }
        }

        int ConfirmedUpTo() => bans.TakeWhile(ban => ban.Task.IsCompletedSuccessfully).Count();

        long Saved() => Assert.IsType<LogPosition>(checkpoint.Load()).Offset;
    }

    private static LogPosition At(long offset) => new(0, "", offset, DateTime.UnixEpoch);
}
