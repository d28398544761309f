using F2bBroker.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class BackoffTests
{
    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public void Each_pause_is_twice_as_long_up_to_the_longest_and_short_again_after_a_success()
    {
        Backoff backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), clock);
        Assert.True(backoff.IsFirst);
        Assert.Equal([1, 2, 4, 5, 5], Enumerable.Range(0, 5).Select(_ => SecondsOf(backoff)));
        Assert.False(backoff.IsFirst);
        backoff.Reset();
        Assert.Equal(1, SecondsOf(backoff));
    }

    private int SecondsOf(Backoff backoff)
    {
        Task pause = backoff.WaitAsync(TestContext.Current.CancellationToken);
        for (int seconds = 0; ; seconds++)
        {
            if (pause.IsCompleted)
            {
                return seconds;
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
