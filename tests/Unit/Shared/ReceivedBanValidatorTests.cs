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
        Assert.Equal(
            "the body has 9000 bytes, allowed are 8192",
            Assert.Throws<InvalidMessageException>(() => Parse(properties, new string(' ', 9000))).Message);
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

    private static Ban Parse(BasicProperties properties, string body = Body) =>
        ReceivedBanValidator.Parse(properties, Encoding.UTF8.GetBytes(body), Some.Time);
}
