using F2bBroker.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class BackoffTests
{
    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public void Each_delay_is_twice_the_previous_one_up_to_a_maximum_until_a_success_resets_it()
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
