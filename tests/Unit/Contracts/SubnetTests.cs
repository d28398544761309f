using System.Net;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class SubnetTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.77/24", "203.0.113.0/24")]
    [InlineData("203.0.113.7/32", "203.0.113.7")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:DB8::1", "2001:db8::1")]
    [InlineData("2001:db8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("2001:db8:ffff::/33", "2001:db8:8000::/33")]
    [InlineData("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("1:0:0:2:3:0:0:4", "1::2:3:0:0:4")]
    [InlineData("2001:db8::5efe:192.0.2.1", "2001:db8::5efe:c000:201")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.1/96", "0.0.0.0/0")]
    [InlineData("::ffff:192.0.2.1/95", "::fffe:0:0/95")]
    [InlineData("0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("fe80::", "fe80::")]
    public void Every_spelling_of_fail2ban_has_one_canonical_text(string text, string canonical) =>
        Assert.Equal(canonical, Subnet.Parse(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("16909060")]
    [InlineData("010.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("0x1.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4:80")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/024")]
    [InlineData("1.2.3.4/00")]
    [InlineData("/24")]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/+8")]
    [InlineData("1.2.3.4/8/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8::1::1")]
    [InlineData("::192.0.2.056")]
    [InlineData("::ffff:192.0.02.1")]
    [InlineData("١.2.3.4")]
    [InlineData("bob")]
    public void Other_text_is_not_an_address_or_network(string text) => Assert.Null(Subnet.Parse(text));

    [Theory]
    [InlineData("2001:DB8::1")]
    [InlineData("203.0.113.77/24")]
    [InlineData("203.0.113.7/32")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("2001:db8::5efe:192.0.2.1")]
    public void Another_spelling_is_not_canonical(string text) => Assert.Null(Subnet.ParseCanonical(text));

    [Fact]
    public void An_address_that_dotnet_prints_with_a_dotted_tail_is_printed_in_groups() =>
        Assert.Equal("2001:db8::5efe:c000:201", Subnet.FromAddress(IPAddress.Parse("2001:db8::5efe:c000:201")).ToString());

    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.5", true)]
    [InlineData("203.0.113.5", "203.0.113.0/24", true)]
    [InlineData("203.0.113.5", "203.0.113.5", true)]
    [InlineData("203.0.113.0/25", "203.0.113.128/25", false)]
    [InlineData("0.0.0.0/0", "203.0.113.5", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::/0", "203.0.113.5", false)]
    public void Networks_overlap_in_either_direction(string one, string other, bool overlap) =>
        Assert.Equal(overlap, Subnet.Parse(one)!.Overlaps(Subnet.Parse(other)!));

    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.5", true)]
    [InlineData("203.0.113.0/24", "203.0.113.0/24", true)]
    [InlineData("203.0.113.5", "203.0.113.0/24", false)]
    [InlineData("203.0.113.0/25", "203.0.113.128/25", false)]
    public void A_network_contains_what_overlaps_and_is_not_wider(string one, string other, bool contains) =>
        Assert.Equal(contains, Subnet.Parse(one)!.Contains(Subnet.Parse(other)!));

    [Theory]
    [InlineData("203.0.113.77", 24, "203.0.113.0/24")]
    [InlineData("203.0.113.77", 32, "203.0.113.77")]
    [InlineData("203.0.0.0/16", 24, "203.0.0.0/16")]
    [InlineData("2001:db8:1:2::3", 48, "2001:db8:1::/48")]
    public void The_enclosing_network_is_as_wide_as_asked_or_wider(string text, int prefixLength, string enclosing) =>
        Assert.Equal(enclosing, Subnet.Parse(text)!.FindEnclosing(prefixLength).ToString());

    [Fact]
    public void Networks_are_equal_if_their_bytes_and_lengths_are()
    {
        Subnet address = Subnet.Parse("203.0.113.0")!;
        Assert.True(address.Equals(Subnet.Parse("::ffff:203.0.113.0")));
        Assert.False(address.Equals(Subnet.Parse("203.0.113.0/24")));
        Assert.False(address.Equals(Subnet.Parse("203.0.113.1")));
        Assert.False(address.Equals(null));
        Assert.Equal(address.GetHashCode(), Subnet.Parse("::ffff:203.0.113.0")!.GetHashCode());
    }

    [Fact]
    public void Different_networks_rarely_have_the_same_hash_code()
    {
        int[] addresses = [.. Enumerable.Range(0, 100).Select(i => Subnet.Parse($"203.0.113.{i}")!.GetHashCode())];
        int[] lengths = [.. Enumerable.Range(1, 32).Select(i => Subnet.Parse($"0.0.0.0/{i}")!.GetHashCode())];
        Assert.InRange(addresses.Distinct().Count(), 90, 100);
        Assert.InRange(lengths.Distinct().Count(), 30, 32);
    }

    [Fact]
    public void Networks_are_ordered_by_their_bytes_and_then_by_their_length()
    {
        string[] sorted = ["192.0.2.255", "203.0.113.0/24", "203.0.113.0", "203.0.113.7", "2001:db8::/32", "2001:db8::1"];
        List<Subnet> subnets = [.. sorted.Reverse().Select(text => Subnet.Parse(text)!)];
        subnets.Sort((one, other) => one.CompareTo(other));
        Assert.Equal(["2001:db8::/32", "2001:db8::1", .. sorted[..4]], subnets.Select(subnet => subnet.ToString()));
    }
}
