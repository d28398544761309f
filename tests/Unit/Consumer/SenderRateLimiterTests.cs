using F2bBroker.Consumer.Rules;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class SenderRateLimiterTests
{
    [Fact]
    public void Each_sender_has_its_own_limit_which_is_free_again_after_the_flood()
    {
        FakeTimeProvider clock = Some.Clock();
        SenderRateLimiter limiter = new(new RateLimit(2, TimeSpan.FromMinutes(10)), clock);
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => limiter.TryAcquire("web1")));
        Assert.True(limiter.TryAcquire(""));
        clock.Advance(TimeSpan.FromMinutes(10.1));
        Assert.True(limiter.TryAcquire("web1"));
    }
}
