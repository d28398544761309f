using System.Text.Json;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class BanTests
{
    private static readonly BanDetected Message = new("203.0.113.7", "sshd", "web1", "2026-11-23T02:44:23.706Z");

    [Fact]
    public void A_message_is_a_ban_and_a_ban_a_message() => Assert.Equal(Message, Ban.Parse(Message).ToMessage());

    [Theory]
    [InlineData("""  "a1"  """, "a1")]
    [InlineData("""  "-"  """, "-")]
    [InlineData("null", "-")]
    [InlineData("""  ["a1"]  """, "-")]
    [InlineData("7", "-")]
    [InlineData("""  "A 1\n"  """, "-")]
    [InlineData("""  "\ud800"  """, "-")]
    public void Any_via_marks_a_ban_as_forwarded_and_is_not_part_of_its_identity(string via, string expected)
    {
        Ban ban = Ban.Parse(Message with { Via = JsonElement.Parse(via.Trim()) });
        Assert.Equal(expected, ban.Via);
        Assert.Equal((Some.Ban().Identity, Some.Ban().MessageId), (ban.Identity, ban.MessageId));
        Assert.Equal(expected, ban.ToMessage().Via.GetString());
    }

    [Fact]
    public void The_text_is_the_line_after_its_date() => Assert.Equal(
        "Ban 203.0.113.7 jail=jail_with_space server=web1 detected=2026-11-23T02:44:23.706Z",
        MonitoredLogLine.BanText(Some.Ban(jail: "jail with space")));

    [Fact]
    public void The_message_id_is_a_UUIDv5_of_the_identity()
    {
        // Python: uuid.uuid5(uuid.UUID("5e0ad9c8-3b0e-4a52-9a53-0d7a4f2bb0ce"), "Ban 203.0.113.7 jail=sshd …")
        Assert.Equal("cad2c2ae-7477-51f1-819e-2f0490ca5ad0", Some.Ban().MessageId.ToString());
        Assert.NotEqual(Some.Ban().MessageId, Some.Ban(ip: "203.0.113.8").MessageId);
    }

    [Fact]
    public void A_jail_has_at_most_200_characters()
    {
        string longest = new('x', 200);
        Assert.Equal(longest, Ban.Parse(Message with { Jail = longest }).Jail);
        Assert.Equal(
            "jail has 201 characters, allowed are 1 to 200",
            Assert.Throws<InvalidMessageException>(() => Ban.Parse(Message with { Jail = longest + 'x' })).Message);
    }

    [Theory]
    [InlineData("1.2.3", "sshd", "web1", "2026-11-23T02:44:23.706Z", "ip '1.2.3' is not an address or network in canonical text")]
    [InlineData(
        "2001:DB8::1",
        "sshd",
        "web1",
        "2026-11-23T02:44:23.706Z",
        "ip '2001:DB8::1' is not an address or network in canonical text")]
    [InlineData(
        "203.0.113.7\n",
        "sshd",
        "web1",
        "2026-11-23T02:44:23.706Z",
        "ip '203.0.113.7?' is not an address or network in canonical text")]
    [InlineData("203.0.113.7", "", "web1", "2026-11-23T02:44:23.706Z", "jail has 0 characters, allowed are 1 to 200")]
    [InlineData("203.0.113.7", "sshd", "Web1", "2026-11-23T02:44:23.706Z",
        "server 'Web1' is not a server name (1 to 63 characters of a-z, 0-9, '.' and '-', a letter or digit first and last)")]
    [InlineData("203.0.113.7", "sshd", "web1", "2026-11-23 02:44:23",
        "detectedAt '2026-11-23 02:44:23' is not a UTC time such as 2026-11-23T02:44:23.706Z")]
    public void A_malformed_field_is_refused_by_name(string ip, string jail, string server, string detectedAt, string reason) =>
        Assert.Equal(
            reason,
            Assert.Throws<InvalidMessageException>(() => Ban.Parse(new BanDetected(ip, jail, server, detectedAt))).Message);

    [Theory]
    [InlineData("2026-11-23T02:44:23.706Z", "2026-11-23T02:44:23.706Z")]
    [InlineData("2026-11-23T02:44:23Z", "2026-11-23T02:44:23.000Z")]
    [InlineData("2026-11-23T02:44:23.7069999Z", "2026-11-23T02:44:23.706Z")]
    [InlineData("2026-02-29T02:44:23Z", null)]
    [InlineData("2026-11-23T24:00:00Z", null)]
    [InlineData("2026-11-23T02:44:23+00:00", null)]
    [InlineData("2026-11-23T02:44:23.706", null)]
    [InlineData("2026-11-23T02:44:23.Z", null)]
    [InlineData("2026-11-23T02:44:23.706Z\n", null)]
    [InlineData("٢026-11-23T02:44:23Z", null)]
    public void A_time_is_UTC_text_cut_to_the_millisecond(string text, string? printed) =>
        Assert.Equal(printed, UtcTimestamp.Parse(text) is { } time ? UtcTimestamp.Format(time) : null);
}
