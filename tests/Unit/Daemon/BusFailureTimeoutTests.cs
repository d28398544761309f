using F2bBroker.Daemon.Systemd;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class BusFailureTimeoutTests
{
    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public void The_timeout_is_exceeded_after_more_than_six_unhealthy_minutes()
    {
        BusFailureTimeout timeout = new(clock);
        Assert.False(timeout.IsExceeded(isHealthy: false, isWaiting: false));
        clock.Advance(BusFailureTimeout.Limit);
        Assert.False(timeout.IsExceeded(isHealthy: false, isWaiting: false));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(timeout.IsExceeded(isHealthy: false, isWaiting: false));
    }

    [Fact]
    public void The_timeout_is_not_exceeded_while_the_daemon_waits_for_the_broker()
    {
        BusFailureTimeout timeout = new(clock);
        for (int day = 0; day < 7; day++)
        {
            Assert.False(timeout.IsExceeded(isHealthy: false, isWaiting: true));
            clock.Advance(TimeSpan.FromDays(1));
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void The_timeout_starts_again_when_the_bus_works_or_the_broker_is_unavailable(bool isHealthy, bool isWaiting)
    {
        BusFailureTimeout timeout = new(clock);
        Assert.False(timeout.IsExceeded(isHealthy: false, isWaiting: false));
        clock.Advance(BusFailureTimeout.Limit);
        Assert.False(timeout.IsExceeded(isHealthy, isWaiting));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(timeout.IsExceeded(isHealthy: false, isWaiting: false));
    }
}
