using System.Net;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Consumer;

public sealed class SkipRulesTests
{
    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("2001:db8::1")]
    [InlineData("8.8.8.8")]
    public void An_ordinary_ban_is_accepted(string ip) => Assert.Null(Reason(Some.Ban(ip)));

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("127.0.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("224.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    public void A_private_address_is_skipped_unless_allowed(string ip)
    {
        Assert.Equal("of a private address", Reason(Some.Ban(ip)));
        if (ip is not ("127.0.0.1" or "::1"))
        {
            Assert.Null(Reason(Some.Ban(ip), "consumer:allowprivate=true"));
        }
    }

    [Theory]
    [InlineData("203.0.113.0/24", "32", "of a network wider than minprefix")]
    [InlineData("203.0.113.0/24", "24", null)]
    [InlineData("203.0.0.0/16", "24", "of a network wider than minprefix")]
    [InlineData("192.0.0.0/8", "1", "of a private address")]
    public void A_network_is_skipped_if_it_is_wider_than_allowed_or_holds_private_addresses(string ip, string minPrefix, string? reason) =>
        Assert.Equal(reason, Reason(Some.Ban(ip), $"consumer:minprefix4={minPrefix}"));

    [Fact]
    public void IPv6_networks_have_their_own_limit()
    {
        Assert.Equal("of a network wider than minprefix", Reason(Some.Ban("2001:db8::/64"), "consumer:minprefix4=1"));
        Assert.Null(Reason(Some.Ban("2001:db8::/64"), "consumer:minprefix6=64"));
    }

    [Theory]
    [InlineData("203.0.113.5", "203.0.113.5")]
    [InlineData("203.0.113.5", "203.0.113.0/24")]
    [InlineData("203.0.113.0/24", "203.0.113.5")]
    public void A_ban_that_overlaps_ignoreip_in_either_direction_is_skipped(string ip, string ignored) =>
        Assert.Equal(
            "of an address in ignoreip",
            Reason(Some.Ban(ip), "consumer:minprefix4=24", $"consumer:ignoreip=192.0.2.1, {ignored}"));

    [Fact]
    public void This_hosts_own_addresses_are_skipped() =>
        Assert.Equal(
            "of this host's own address",
            Reason(Some.Ban(Subnet.FromAddress(IPAddress.Loopback).ToString()), "consumer:allowprivate=true"));

    [Fact]
    public void The_servers_own_and_ignored_servers_bans_are_skipped()
    {
        Assert.Equal("of this server itself", Reason(Some.Ban(server: "web2")));
        Assert.Equal("of an ignored server", Reason(Some.Ban(server: "web3"), "consumer:ignoreservers=web3 web4"));
    }

    [Theory]
    [InlineData("jails", "sshd", "sshd", null)]
    [InlineData("jails", "sshd", "postfix", "of an ignored jail")]
    [InlineData("ignorejails", "sshd", "sshd", "of an ignored jail")]
    [InlineData("ignorejails", "jail_with_space", "jail with space", "of an ignored jail")]
    public void Jails_are_chosen_by_name(string key, string value, string jail, string? reason) =>
        Assert.Equal(reason, Reason(Some.Ban(jail: jail), $"consumer:{key}={value}"));

    [Fact]
    public void A_server_may_have_rules_of_its_own()
    {
        string[] values = ["consumer:jails=sshd", "from web9:jails=postfix", "from web9:minprefix4=24", "from web9:minprefix6=64"];
        Assert.Null(Reason(Some.Ban("203.0.113.0/24", "postfix", "web9"), values));
        Assert.Null(Reason(Some.Ban("2001:db8::/64", "postfix", "web9"), values));
        Assert.Equal("of an ignored jail", Reason(Some.Ban(server: "web9"), values));
        Assert.Null(Reason(Some.Ban(server: "web1"), values));
        Assert.Equal("of an ignored jail", Reason(Some.Ban(server: "web1", jail: "postfix"), values));
        Assert.Equal("of a network wider than minprefix", Reason(Some.Ban("203.0.113.0/24", server: "web1"), values));
    }

    [Fact]
    public void An_old_ban_is_skipped()
    {
        Assert.Null(Reason(Some.Ban(at: Some.Time - TimeSpan.FromHours(1)), "consumer:maxage=1h"));
        Assert.Equal("older than maxage", Reason(Some.Ban(at: Some.Time - TimeSpan.FromHours(1.01)), "consumer:maxage=1h"));
    }

    [Theory]
    [InlineData("198.51.100.1", "32")]
    [InlineData("198.51.100.0/24", "24")]
    [InlineData("2001:db8::9", "32")]
    public async Task The_addresses_of_the_brokers_names_are_skipped(string ip, string minPrefix)
    {
        Settings settings = Some.Settings("broker:uri=amqp://198.51.100.1 amqp://[2001:db8::9]:5673", $"consumer:minprefix4={minPrefix}");
        BrokerAddresses broker = new(settings);
        await broker.ResolveAsync(TestContext.Current.CancellationToken);
        Assert.True(broker.Resolved.IsCompleted);
        SkipRules rules = new(settings, new HostAddresses(TimeProvider.System), broker, Some.Clock());
        Assert.Equal("of the broker's address", rules.FindSkipReason(Some.Ban(ip)));
        Assert.Null(rules.FindSkipReason(Some.Ban("198.51.101.1")));
    }

    [Fact]
    public async Task While_no_name_of_the_broker_resolves_no_ban_may_be_processed()
    {
        // A label has at most 63 characters, so no name server is asked.
        string host = new('x', 64);
        BrokerAddresses broker = new(Some.Settings($"broker:uri=amqp://{host}"));
        string? warning = Assert.Single(await broker.ResolveAsync(TestContext.Current.CancellationToken)).Value;
        Assert.StartsWith($"Cannot resolve the broker's host name {host}: ", warning);
        Assert.EndsWith(" A new address of the broker is not protected from bans until the name resolves.", warning);
        Assert.False(broker.Resolved.IsCompleted);
    }

    private static string? Reason(Ban ban, params string[] values)
    {
        Settings settings = Some.Settings(values);
        return new SkipRules(settings, new HostAddresses(TimeProvider.System), new BrokerAddresses(settings), Some.Clock())
            .FindSkipReason(ban);
    }
}
