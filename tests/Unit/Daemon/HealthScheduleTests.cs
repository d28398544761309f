using F2bBroker.Daemon.Health;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class HealthScheduleTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly HealthProblems problems;
    private readonly HealthSchedule schedule;

    public HealthScheduleTests()
    {
        problems = new HealthProblems(clock);
        schedule = new HealthSchedule(problems, clock);
    }

    [Fact]
    public async Task Without_a_change_a_message_is_due_every_minute()
    {
        for (int minute = 0; minute < 2; minute++)
        {
            Task due = WaitAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
            await StaysPendingAsync(due);
            clock.Advance(TimeSpan.FromSeconds(58.9));
            await StaysPendingAsync(due);
            clock.Advance(TimeSpan.FromSeconds(0.1));
            await due;
        }
    }

    [Fact]
    public async Task The_start_and_the_end_of_a_problem_make_it_due_at_once()
    {
        Task due = WaitAsync();
        clock.Advance(TimeSpan.FromSeconds(30));
        await StaysPendingAsync(due);
        problems.Set("disk", "full");
        await due;
        due = WaitAsync();
        clock.Advance(TimeSpan.FromSeconds(30));
        await StaysPendingAsync(due);
        problems.Clear("disk");
        await due;
    }

    [Fact]
    public async Task Problems_that_come_and_go_cause_one_message_a_second()
    {
        problems.Set("disk", "full");
        problems.Clear("disk");
        problems.Set("queue", "in use");
        Task due = WaitAsync();
        await StaysPendingAsync(due);
        clock.Advance(TimeSpan.FromSeconds(1));
        await due;
        due = WaitAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        await StaysPendingAsync(due);
    }

    [Fact]
    public async Task A_cancelled_wait_throws()
    {
        using CancellationTokenSource stop = new();
        Task due = schedule.WaitAsync(stop.Token);
        clock.Advance(TimeSpan.FromSeconds(1));
        await StaysPendingAsync(due);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => due);
    }

    private Task WaitAsync() => schedule.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets the continuations run that the clock has started, and asserts that the message is not due.</summary>
    private static async Task StaysPendingAsync(Task due)
    {
        for (int i = 0; i < 20; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.False(due.IsCompleted);
    }
}
