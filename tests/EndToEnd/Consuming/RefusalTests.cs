using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>Messages that the consumer refuses, and their copies in the error queue.</summary>
public sealed class RefusalTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server receiver = null!;
    private Sender sender = null!;
    private string good = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        receiver = await group.EnrollAsync("web2");
        sender = await group.EnrollSenderAsync("web1");
        good = sender.Body("203.0.113.7");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Twenty_malformed_messages_are_in_the_error_queue_with_their_reasons_and_thirty_good_ones_in_the_log()
    {
        (string Body, string Reason)[] malformed =
        [
            ("", "the body is empty"),
            ("hello", "the body is not JSON, or it is nested deeper than 64 levels"),
            ("{", "the body is not JSON, or it is nested deeper than 64 levels"),
            ("[]", "the body is not a JSON object"),
            ("null", "the body is not a JSON object"),
            ("{}", "ip is missing"),
            (good.Replace("\"ip\"", "\"addr\""), "ip is missing"),
            (good.Replace("\"203.0.113.7\"", "5"), "ip is not a text"),
            (good.Replace("\"203.0.113.7\"", "null"), "ip is not a text"),
            (good.Replace("203.0.113.7", "1.2.3"), "ip '1.2.3' is not an address or network in canonical text"),
            (good.Replace("203.0.113.7", "010.0.0.1"), "ip '010.0.0.1' is not an address or network in canonical text"),
            (good.Replace("203.0.113.7", "::ffff:1.2.3.4"), "ip '::ffff:1.2.3.4' is not an address or network in canonical text"),
            (good.Replace("203.0.113.7", "203.0.113.7\\n"), "ip '203.0.113.7?' is not an address or network in canonical text"),
            (good.Replace("\"sshd\"", "\"\""), "jail has 0 characters, allowed are 1 to 200"),
            (good.Replace("web1", "web3"), "server 'web3' is not the sender 'web1'"),
            (good.Replace("web1", "Web1"), "server 'Web1' is not the sender 'web1'"),
            (good[..good.IndexOf("detectedAt", StringComparison.Ordinal)] + "detectedAt\":\"yesterday\"}",
                "detectedAt 'yesterday' is not a UTC time such as 2026-11-23T02:44:23.706Z"),
            (good.Replace("\"detectedAt\":\"20", "\"detectedAt\":\"30"), "more than 10 minutes in the future"),
            (good.Replace(",\"detectedAt\"", ",\"at\""), "detectedAt is missing"),
            (good.Replace("{", "{\"ip\":\"192.0.2.1\","), "a field stands twice, or is no valid text"),
        ];
        foreach ((string body, _) in malformed)
        {
            await sender.PublishAsync(body);
        }

        await receiver.StartConsumerAsync();
        string[] addresses = [.. Enumerable.Range(1, 30).Select(i => $"198.51.100.{i}")];
        foreach (string address in addresses)
        {
            await sender.PublishBanAsync(address);
        }

        await receiver.HasBansAsync(30);
        Assert.Equal(addresses.Order(), receiver.Addresses.Order());
        IReadOnlyList<JsonNode> refused = await broker.RefusedAsync(malformed.Length);
        Assert.All(malformed, message =>
            Assert.Contains(refused, other =>
                Body(other) == message.Body && Reason(other).EndsWith(message.Reason, StringComparison.Ordinal)));
        Assert.All(refused, message => Assert.Equal("web1", message["properties"]!["headers"]!["f2b-origin"]!.ToString()));
    }

    [Fact]
    public async Task No_property_of_a_refused_message_stops_the_queue_or_has_an_effect()
    {
        Daemon consumer = await receiver.StartConsumerAsync();
        Action<BasicProperties>[] changes =
        [
            properties => properties.ContentType = "application/vnd.masstransit+json",
            properties => properties.ContentType = "application/xml",
            properties => properties.ContentType = "no;; type",
            properties => properties.ReplyTo = "evil",
            properties => properties.Headers = Header("MT-Fault-Address", "exchange:evil"),
            properties => properties.Headers = Header("MT-Response-Address", "exchange:evil"),
            properties => properties.Headers = Header("MT-Redelivery-Count", 7),
            properties => (properties.MessageId, properties.CorrelationId, properties.ContentEncoding) = ("x", "y", "gzip"),
            properties => properties.Expiration = "60000",
        ];
        foreach (Action<BasicProperties> change in changes)
        {
            await sender.PublishAsync(good.Replace("web1", "web3"), change);
            await sender.PublishAsync("{", change);
        }

        await broker.RefusedAsync(changes.Length * 2);
        await sender.PublishAsync(good);
        await receiver.HasBansAsync(1);
        await consumer.SaysOnceAsync("Receiving from ");
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web2_skipped"));
        Assert.All(await broker.PeekAsync("f2b.bans.web2_error"), message => Assert.Null(message["properties"]!["expiration"]));
    }

    [Fact]
    public async Task A_message_without_a_sender_or_that_was_dead_lettered_is_refused()
    {
        await receiver.StartConsumerAsync();
        await sender.PublishAsync(good, properties => properties.ClearUserId());
        await sender.PublishAsync(good, properties => properties.Headers = Header("x-death", "x"));
        IReadOnlyList<JsonNode> refused = await broker.RefusedAsync(2);
        Assert.Equal(
            [
                "the message was dead-lettered (x-death), so it is not the sender's own",
                "user_id is missing, so the broker does not vouch for the sender",
            ],
            refused.Select(Reason).Order());
        Assert.Empty(receiver.Bans);
    }

    [Fact]
    public async Task A_deleted_error_queue_is_recreated()
    {
        await receiver.StartConsumerAsync();
        await broker.DeleteAsync("queues/f2b/f2b.bans.web2_error");
        await sender.PublishAsync("{");
        await broker.RefusedAsync(1);
        await broker.DeleteAsync("exchanges/f2b/f2b.bans.web2_error");
        await sender.PublishAsync("[]");
        await broker.RefusedAsync(2);
    }

    private static Dictionary<string, object?> Header(string name, object value) => new() { [name] = value };

    private static string Body(JsonNode message) => message["payload"]!.ToString();

    private static string Reason(JsonNode message) => message["properties"]!["headers"]!["f2b-reason"]!.ToString();
}
