using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.UnitTests.Shared;

public sealed class ReceivedPardonValidatorTests
{
    private const string Valid =
        """{"ip":"203.0.113.7","operator":"alice","pardonedAt":"2026-11-23T02:44:23.706Z","until":null,"more":1}""";

    [Fact]
    public void A_message_is_read_as_it_was_written()
    {
        Assert.Equal(Some.Pardon("203.0.113.7", null), Parse(Valid));
        Pardon server = Some.Pardon(null, Some.Time) with { Server = "web9", Reason = "taken over" };
        Assert.Equal(server, Parse(PardonJson.Serialize(server.ToMessage())));
        Assert.Equal(Valid.Replace(",\"more\":1", "", StringComparison.Ordinal), PardonJson.Serialize(Parse(Valid).ToMessage()));
    }

    [Fact]
    public void Only_what_an_operator_published_to_the_exchange_counts()
    {
        Assert.Equal("published to the exchange 'f2b.bans'", ErrorOf(Valid, exchange: "f2b.bans"));
        Assert.Equal("published to the exchange ''", ErrorOf(Valid, exchange: ""));
        Assert.Equal("user_id is missing, so the broker does not vouch for the sender", ErrorOf(Valid, user: null));
        Assert.Equal("operator 'alice' is not the sender 'bob'", ErrorOf(Valid, user: "bob"));
        Assert.Equal(
            "the message was dead-lettered (x-death), so it is not the sender's own",
            ErrorOf(Valid, headers: new() { ["x-death"] = new List<object?>() }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"ip":"203.0.113.7","operator":"alice","pardonedAt":"2026-11-23T02:44:23.706Z"}""")]
    [InlineData("""{"ip":"203.0.113.7","operator":null,"pardonedAt":"2026-11-23T02:44:23.706Z","until":null}""")]
    [InlineData("""{"ip":["203.0.113.7"],"operator":"alice","pardonedAt":"2026-11-23T02:44:23.706Z","until":null}""")]
    [InlineData("""{"ip":"203.0.113.7","ip":"203.0.113.8","operator":"alice","pardonedAt":"2026-11-23T02:44:23.706Z","until":null}""")]
    public void A_missing_or_double_field_or_other_text_is_refused(string body) =>
        Assert.Equal("no pardon in JSON", ErrorOf(body));

    [Fact]
    public void A_long_body_is_refused()
    {
        Assert.NotNull(Parse(Valid.PadRight(8192)));
        Assert.Equal("the body has 8193 bytes, allowed are 8192", ErrorOf(Valid.PadRight(8193)));
    }

    [Fact]
    public void A_message_of_the_stream_is_parsed() =>
        Assert.Equal(
            Some.Pardon("203.0.113.7", null),
            ReceivedPardonValidator.Parse(
                new(0, 0, Topology.PardonsExchange, new BasicProperties { UserId = "alice" }, Encoding.UTF8.GetBytes(Valid))));

    private static Pardon Parse(
        string body,
        string exchange = "f2b.pardons.in",
        string? user = "alice",
        Dictionary<string, object?>? headers = null) =>
        ReceivedPardonValidator.Parse(exchange, new BasicProperties { UserId = user, Headers = headers }, Encoding.UTF8.GetBytes(body));

    private static string ErrorOf(
        string body,
        string exchange = "f2b.pardons.in",
        string? user = "alice",
        Dictionary<string, object?>? headers = null) =>
        Assert.Throws<InvalidMessageException>(() => Parse(body, exchange, user, headers)).Message;
}
