using F2bBroker.Consumer;
using F2bBroker.Daemon.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class AllowanceTests
{
    [Fact]
    public void Each_sender_has_its_own_and_it_comes_back_when_the_flood_is_over()
    {
        FakeTimeProvider clock = Some.Clock();
        Allowance allowance = new(new Rate(2, TimeSpan.FromMinutes(10)), clock);
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => allowance.Admits("web1")));
        Assert.True(allowance.Admits(""));
        clock.Advance(TimeSpan.FromMinutes(10.1));
        Assert.True(allowance.Admits("web1"));
    }
}
