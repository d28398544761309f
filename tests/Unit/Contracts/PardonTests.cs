using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class PardonTests
{
    private static readonly PardonMessage Valid =
        new("alice", "2026-11-23T02:44:23.706Z", "2026-11-24T02:44:23.706Z") { Ip = "203.0.113.7", Reason = "our office" };

    [Fact]
    public void A_valid_message_is_parsed_and_formatted_again()
    {
        Pardon pardon = Pardon.Parse(Valid);
        Assert.Equal(Some.Pardon("203.0.113.7", Some.Time.AddDays(1)) with { Reason = "our office" }, pardon);
        Assert.Equal(Valid, pardon.ToMessage());
        PardonMessage server = new("alice", "2026-11-23T02:44:23.706Z", null) { Server = "web9" };
        Assert.Equal(Some.Pardon(null, null) with { Server = "web9" }, Pardon.Parse(server));
        Assert.Equal(server, Pardon.Parse(server).ToMessage());
    }

    [Fact]
    public void What_is_pardoned_is_named_in_messages()
    {
        Assert.Equal("203.0.113.0/24", Some.Pardon("203.0.113.0/24", null).Subject);
        Assert.Equal("server web9", (Some.Pardon(null, null) with { Server = "web9" }).Subject);
    }

    [Fact]
    public void A_malformed_field_is_named()
    {
        const string time = "is not a UTC time such as 2026-11-23T02:44:23.706Z";
        const string address = "is not an address or network in canonical text";
        Assert.Equal("either ip or server is required, and not both", ErrorOf(Valid with { Server = "web9" }));
        Assert.Equal("either ip or server is required, and not both", ErrorOf(Valid with { Ip = null }));
        Assert.Equal($"ip '203.0.113.7/32' {address}", ErrorOf(Valid with { Ip = "203.0.113.7/32" }));
        Assert.Equal($"ip '2001:DB8::1' {address}", ErrorOf(Valid with { Ip = "2001:DB8::1" }));
        Assert.Equal($"server 'Web9' is not a server name ({ServerName.Rule})", ErrorOf(Valid with { Ip = null, Server = "Web9" }));
        Assert.Equal($"operator 'Alice' is not a valid name ({ServerName.Rule})", ErrorOf(Valid with { Operator = "Alice" }));
        Assert.Equal($"operator 'a until=- b' is not a valid name ({ServerName.Rule})", ErrorOf(Valid with { Operator = "a until=- b" }));
        Assert.Equal($"pardonedAt 'now' {time}", ErrorOf(Valid with { PardonedAt = "now" }));
        Assert.Equal($"until '' {time}", ErrorOf(Valid with { Until = "" }));
        Assert.Null(ErrorOf(Valid with { Reason = new string('x', 200) }));
        Assert.Equal("reason has 201 characters, allowed are 200", ErrorOf(Valid with { Reason = new string('x', 201) }));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.0/24", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.0/24", true)]
    [InlineData("203.0.113.0/28", "203.0.113.0/24", true)]
    [InlineData("203.0.112.0/24", "203.0.113.7", false)]
    [InlineData("2001:db8::/32", "2001:db8::7", true)]
    [InlineData("2001:db8::7", "203.0.113.7", false)]
    public void It_covers_overlapping_bans_that_are_older_than_its_end(string pardoned, string banned, bool covers)
    {
        Pardon forever = Some.Pardon(pardoned, null);
        Assert.Equal(covers, forever.Covers(Some.Ban(banned, at: Some.Time.AddYears(1))));
        Pardon ended = Some.Pardon(pardoned, Some.Time);
        Assert.Equal(covers, ended.Covers(Some.Ban(banned, at: Some.Time.AddMilliseconds(-1))));
        Assert.False(ended.Covers(Some.Ban(banned, at: Some.Time)));
    }

    [Fact]
    public void A_pardoned_server_covers_its_own_bans_only()
    {
        Pardon pardon = Some.Pardon(null, Some.Time) with { Server = "web9" };
        Assert.True(pardon.Covers(Some.Ban(server: "web9", at: Some.Time.AddMilliseconds(-1))));
        Assert.False(pardon.Covers(Some.Ban(server: "web9", at: Some.Time)));
        Assert.False(pardon.Covers(Some.Ban(server: "web1", at: Some.Time.AddDays(-1))));
    }

    [Fact]
    public void It_is_in_force_until_its_end_and_a_message_that_ends_one_never_is()
    {
        Assert.True(Some.Pardon("203.0.113.7", null).IsInForce(Some.Time.AddYears(9)));
        Pardon day = Some.Pardon("203.0.113.7", Some.Time.AddDays(1));
        Assert.True(day.IsInForce(Some.Time));
        Assert.False(day.IsInForce(Some.Time.AddDays(1)));
        // The operator's clock is ahead of this server's.
        Assert.False(Some.Pardon("203.0.113.7", Some.Time).IsInForce(Some.Time.AddMinutes(-5)));
    }

    [Fact]
    public void Its_line_is_that_of_one_address_and_names_the_scope_of_a_pardoned_server()
    {
        Pardon pardon = Some.Pardon("203.0.113.0/24", Some.Time.AddDays(1));
        Subnet ip = Subnet.ParseCanonical("203.0.113.7")!;
        string text = PardonLine.FormatText(pardon, ip);
        Assert.Equal("Pardon 203.0.113.7 operator=alice until=2026-11-24T02:44:23.706Z", text);
        string scoped = PardonLine.FormatText(Some.Pardon(null, null) with { Server = "web9" }, ip);
        Assert.Equal("Pardon 203.0.113.7 operator=alice until=- scope=f2bbroker", scoped);
        Assert.Equal(
            new PardonLine(Some.Time, text, ip, Some.Time.AddDays(1)),
            PardonLine.Parse($"2026-11-23T02:44:23.706Z {text}"));
        Assert.Equal(new PardonLine(Some.Time, scoped, ip, null), PardonLine.Parse($"2026-11-23T02:44:23.706Z {scoped}"));
        Assert.Null(MonitoredLogLine.Parse($"2026-11-23T02:44:23.706Z {text}"));
    }

    [Theory]
    [InlineData("203.0.113.5", -1, true)]
    [InlineData("203.0.113.5", 0, false)]
    [InlineData("203.0.114.5", -1, false)]
    public void Its_line_takes_back_overlapping_bans_that_are_older_than_its_end(string ip, int milliseconds, bool covers)
    {
        Subnet pardoned = Subnet.ParseCanonical("203.0.113.0/24")!;
        Ban ban = Some.Ban(ip, at: Some.Time.AddMilliseconds(milliseconds));
        Assert.Equal(covers, new PardonLine(Some.Time, "", pardoned, Some.Time).Covers(ban));
        Assert.Equal(ip.StartsWith("203.0.113."), new PardonLine(Some.Time, "", pardoned, null).Covers(ban));
    }

    [Theory]
    [InlineData("now Pardon 203.0.113.7 operator=alice until=-")]
    [InlineData("2026-11-23T02:44:23.706Z Pardon 203.0.113.7 operator=alice until=2026-11-24T02:44")]
    [InlineData("2026-11-23T02:44:23.706Z Pardon 203.0.113.7 operator=alice until=")]
    [InlineData("2026-11-23T02:44:23.706Z Pardon 203.0.113.7/32 operator=alice until=-")]
    [InlineData("2026-11-23T02:44:23.706Z Pardon 203.0.113.7 operator=alice until=- scope=")]
    [InlineData("2026-11-23T02:44:23.706Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z")]
    public void A_torn_line_or_another_line_is_no_pardon(string line) => Assert.Null(PardonLine.Parse(line));

    private static string? ErrorOf(PardonMessage message) => Record.Exception(() => Pardon.Parse(message))?.Message;
}
