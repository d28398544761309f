using F2bBroker.Daemon.Health;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class HealthProblemsTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly HealthProblems problems;

    public HealthProblemsTests() => problems = new HealthProblems(clock);

    [Fact]
    public void The_problems_are_listed_in_the_order_in_which_they_started()
    {
        problems.Set("b", "first");
        problems.Set("a", "second");
        problems.Set("b", "first, longer");
        Assert.Equal(["first, longer", "second"], problems.Texts);
        problems.Clear("b");
        problems.Clear("c");
        Assert.Equal(["second"], problems.Texts);
    }

    [Fact]
    public async Task Only_the_start_and_the_end_of_a_problem_are_changes()
    {
        Task change = WaitAsync();
        problems.Clear("a");
        Assert.False(change.IsCompleted);
        problems.Set("a", "text");
        await change;
        change = WaitAsync();
        problems.Set("a", "another text");
        Assert.False(change.IsCompleted);
        problems.Clear("a");
        await change;
    }

    [Fact]
    public async Task Changes_before_the_wait_are_reported_once()
    {
        problems.Set("a", "text");
        problems.Set("b", "text");
        await WaitAsync();
        Assert.False(WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task A_problem_with_a_duration_ends_by_itself_unless_it_is_set_again()
    {
        problems.Set("a", "text", TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromMinutes(50));
        problems.Set("a", "text", TimeSpan.FromHours(1));
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(["text"], problems.Texts);
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty(problems.Texts);
        await WaitAsync();
        problems.Set("a", "text", TimeSpan.FromHours(1));
        await WaitAsync();
    }

    private Task WaitAsync() => problems.WaitForChangeAsync(TestContext.Current.CancellationToken);
}
