using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.UnitTests.Shared;

public sealed class ReceivedBanValidatorTests
{
    private const string Body = """{"ip":"203.0.113.7","jail":"sshd","server":"web1","detectedAt":"2026-11-23T02:44:23.706Z"}""";

    [Fact]
    public void A_message_of_the_reporting_server_is_a_ban() => Assert.Equal(Some.Ban(), Parse(new BasicProperties { UserId = "web1" }));

    [Fact]
    public void A_dead_lettered_copy_is_refused()
    {
        BasicProperties properties = new()
        {
            UserId = "web1",
            Headers = new Dictionary<string, object?> { ["x-death"] = new List<object>() },
        };
        Assert.Contains("x-death", Assert.Throws<InvalidMessageException>(() => Parse(properties)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_that_is_too_long_or_not_a_ban_is_refused()
    {
        BasicProperties properties = new() { UserId = "web1" };
        Assert.Equal(Some.Ban(), Parse(properties, Body.PadRight(8192)));
        Assert.Equal(
            "the body has 8193 bytes, allowed are 8192",
            Assert.Throws<InvalidMessageException>(() => Parse(properties, Body.PadRight(8193))).Message);
        Assert.Equal("the body is not a JSON object", Assert.Throws<InvalidMessageException>(() => Parse(properties, "null")).Message);
    }

    [Fact]
    public void A_duplicate_field_inside_an_unknown_field_is_refused()
    {
        string body = Body.Replace("}", ",\"more\":{\"a\":1,\"a\":2}}", StringComparison.Ordinal);
        Assert.Equal(
            "a field stands twice, or is no valid text",
            Assert.Throws<InvalidMessageException>(() => Parse(new BasicProperties { UserId = "web1" }, body)).Message);
    }

    [Fact]
    public void A_ban_may_be_dated_10_minutes_in_the_future()
    {
        BasicProperties properties = new() { UserId = "web1" };
        Assert.NotNull(Parse(properties, Body.Replace("02:44:23", "02:54:23", StringComparison.Ordinal)));
        Assert.Equal(
            "detectedAt 2026-11-23T02:54:23.707Z is more than 10 minutes in the future",
            Assert.Throws<InvalidMessageException>(
                () => Parse(properties, Body.Replace("02:44:23.706", "02:54:23.707", StringComparison.Ordinal))).Message);
    }

    [Theory]
    [InlineData("web1", null)]
    [InlineData("web3", "server 'web1' is not the sender 'web3'")]
    [InlineData(null, "f2b-origin is missing, which says of a requeued message who had sent it")]
    public void The_sender_of_a_requeued_message_is_in_a_header(string? origin, string? error)
    {
        BasicProperties properties = new() { UserId = "operator", Headers = new Dictionary<string, object?>() };
        if (origin is not null)
        {
            properties.Headers["f2b-origin"] = Encoding.UTF8.GetBytes(origin);
        }

        MessageOrigin sender = MessageOrigin.FromOriginHeader(properties);
        Assert.True(sender.IsRequeued);
        Assert.Equal(error, Record.Exception(() => sender.Verify("web1"))?.Message);
    }

    [Fact]
    public void A_header_that_is_missing_or_no_text_is_empty()
    {
        Assert.Equal("", MessageOrigin.ReadTextHeader(new BasicProperties(), "f2b-reason"));
        BasicProperties properties = new() { Headers = new Dictionary<string, object?> { ["f2b-reason"] = 1 } };
        Assert.Equal("", MessageOrigin.ReadTextHeader(properties, "f2b-reason"));
        Assert.Equal("", MessageOrigin.ReadTextHeader(properties, "f2b-origin"));
    }

    [Theory]
    [InlineData("web1", true)]
    [InlineData("web3", false)]
    public void The_time_of_a_message_is_known_if_it_is_valid(string sender, bool isKnown)
    {
        StreamMessage message =
            new(0, 0, Topology.BansExchange, new BasicProperties { UserId = sender }, Encoding.UTF8.GetBytes(Body));
        Assert.Equal(isKnown ? Some.Time : null, ReceivedBanValidator.FindDetectedAt(message, Some.Time));
    }

    private static Ban Parse(BasicProperties properties, string body = Body) =>
        ReceivedBanValidator.Parse(properties, Encoding.UTF8.GetBytes(body), Some.Time);
}
