using F2bBroker.Daemon.Systemd;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class BusFailureTimeoutTests
{
    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public void A_bus_that_fails_for_more_than_six_minutes_is_given_up()
    {
        BusFailureTimeout patience = new(clock);
        Assert.False(patience.IsExceeded(isHealthy: false, isWaiting: false));
        clock.Advance(BusFailureTimeout.Limit);
        Assert.False(patience.IsExceeded(isHealthy: false, isWaiting: false));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(patience.IsExceeded(isHealthy: false, isWaiting: false));
    }

    [Fact]
    public void A_broker_that_is_away_for_a_week_is_borne()
    {
        BusFailureTimeout patience = new(clock);
        for (int day = 0; day < 7; day++)
        {
            Assert.False(patience.IsExceeded(isHealthy: false, isWaiting: true));
            clock.Advance(TimeSpan.FromDays(1));
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void The_timeout_starts_again_when_the_bus_works_or_the_broker_is_unavailable(bool isHealthy, bool isWaiting)
    {
        BusFailureTimeout patience = new(clock);
        Assert.False(patience.IsExceeded(isHealthy: false, isWaiting: false));
        clock.Advance(BusFailureTimeout.Limit);
        Assert.False(patience.IsExceeded(isHealthy, isWaiting));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(patience.IsExceeded(isHealthy: false, isWaiting: false));
    }
}
