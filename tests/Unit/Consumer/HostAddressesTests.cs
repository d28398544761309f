using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class HostAddressesTests
{
    private static readonly Subnet First = Subnet.ParseCanonical("203.0.113.7")!;
    private static readonly Subnet Second = Subnet.ParseCanonical("203.0.113.8")!;

    [Fact]
    public void A_changed_address_is_noticed_after_a_minute_and_not_before()
    {
        FakeTimeProvider clock = Some.Clock();
        Subnet[] present = [First];
        HostAddresses addresses = new(clock, () => present);
        Assert.True(addresses.Overlaps(First));
        present = [Second];
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((true, false), (addresses.Overlaps(First), addresses.Overlaps(Second)));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((false, true), (addresses.Overlaps(First), addresses.Overlaps(Second)));
    }

    [Fact]
    public void The_addresses_are_read_at_the_first_call_even_right_after_the_machine_has_started()
    {
        ReplayTimeProvider clock = new();
        Assert.True(new HostAddresses(clock, () => [First]).Overlaps(First));
    }
}
