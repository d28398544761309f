using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server cannot publish under another server's name.</summary>
public sealed class IdentityTests(TakenOverGroup group) : IClassFixture<TakenOverGroup>
{
    private const string Own = "f2b.bans.a.b";

    // The stream holds the genuine messages of the other servers.
    private const string NoHistory = "F2BBROKER_CONSUMER__HISTORY=0";

    [Theory]
    [InlineData("f2b.bans")]
    [InlineData(Own)]
    [InlineData("f2b.bans.a.b_error")]
    public async Task It_cannot_publish_under_anothers_name(string exchange) =>
        Assert.Equal(
            406,
            await group.CodeOfAsync(channel =>
                channel.BasicPublishAsync(exchange, "", mandatory: true, new BasicProperties { UserId = "b" }, "{}"u8.ToArray()).AsTask()));

    [Fact]
    public async Task A_message_without_a_user_id_or_with_anothers_name_in_the_body_is_refused()
    {
        Server reader = group["axb"];
        await group.PurgeAsync("f2b.bans.axb");
        await using Daemon consumer = await reader.StartConsumerAsync(NoHistory);
        await group.Login.PublishBanAsync("203.0.113.1", properties => properties.ClearUserId());
        await group.Login.PublishAsync(group.Login.Body("203.0.113.2", server: "b"));
        await consumer.SaysAsync("server 'b' is not the sender 'a.b'");
        await consumer.SaysAsync("user_id is missing, so the broker does not vouch for the sender");
        Assert.Empty(reader.Bans);
    }

    /// <summary>The broker keeps <c>user_id</c> in a dead-lettered copy, so a copy is a replay under the true sender's name.</summary>
    [Fact]
    public async Task It_cannot_replay_anothers_message_by_dead_lettering_its_own_queue_into_the_bans()
    {
        await using Server late = await Server.EnrollAsync(group.Broker, "late");
        await DeclareAgainAsync(new() { ["x-dead-letter-exchange"] = "f2b.bans" });
        try
        {
            await group.PurgeAsync(Own);
            await group.Other.PublishBanAsync("203.0.113.7");
            // Only the copy is left for this server's consumer.
            await group.PurgeAsync("f2b.bans.late");
            await group.DoAsync(async channel =>
            {
                BasicGetResult genuine = (await channel.BasicGetAsync(Own, autoAck: false))!;
                Assert.Equal("b", genuine.BasicProperties.UserId);
                await channel.BasicRejectAsync(genuine.DeliveryTag, requeue: false);
            });
            JsonNode copy = Assert.Single(await group.HoldsAsync("f2b.bans.late", 1));
            Assert.Equal("b", copy["properties"]!["user_id"]!.ToString());
            Daemon consumer = await late.StartConsumerAsync(NoHistory);
            await consumer.SaysAsync("Refused a message of 'b': the message was dead-lettered (x-death), so it is not the sender's own.");
            Assert.Empty(late.Bans);
        }
        finally
        {
            await DeclareAgainAsync([]);
        }
    }

    [Theory]
    [InlineData("CC")]
    [InlineData("BCC")]
    public async Task Queue_names_in_a_messages_headers_have_no_effect(string header)
    {
        await group.PurgeAsync("f2b.bans.b");
        BasicProperties properties = new()
        {
            UserId = "a.b",
            Headers = new Dictionary<string, object?> { [header] = new List<object> { "f2b.bans.b", "f2b.bans.b_error" } },
        };
        await group.DoAsync(async channel =>
        {
            await channel.QueueBindAsync(Own, Own, "");
            await channel.BasicPublishAsync(Own, "f2b.bans.b", mandatory: true, properties, "{}"u8.ToArray());
        });
        await group.HoldsAsync("f2b.bans.b", 0);
        await group.HoldsAsync("f2b.bans.b_error", 0);
    }

    /// <summary>
    /// It may bind its own exchange to f2b.bans and back. Messages on that path are those that it could publish to f2b.bans itself: one
    /// copy per queue, under its own name.
    /// </summary>
    [Fact]
    public async Task A_path_through_its_own_exchange_allows_nothing_that_publishing_does_not()
    {
        await group.DoAsync(async channel =>
        {
            await channel.ExchangeBindAsync("f2b.bans", Own, "");
            await channel.ExchangeBindAsync(Own, "f2b.bans", "");
        });
        try
        {
            await group.PurgeAsync("f2b.bans.b");
            Assert.Equal(
                406,
                await group.CodeOfAsync(channel =>
                    channel.BasicPublishAsync(Own, "", mandatory: true, new BasicProperties { UserId = "b" }, "{}"u8.ToArray()).AsTask()));
            await group.DoAsync(channel =>
                channel
                    .BasicPublishAsync(Own, "", mandatory: true, new BasicProperties { UserId = "a.b" }, Encoding.UTF8.GetBytes("once"))
                    .AsTask());
            JsonNode message = Assert.Single(await group.HoldsAsync("f2b.bans.b", 1));
            Assert.Equal(("once", "a.b"), (message["payload"]!.ToString(), message["properties"]!["user_id"]!.ToString()));
        }
        finally
        {
            await group.DoAsync(async channel =>
            {
                await channel.ExchangeUnbindAsync("f2b.bans", Own, "");
                await channel.ExchangeUnbindAsync(Own, "f2b.bans", "");
            });
        }
    }

    private Task DeclareAgainAsync(Dictionary<string, object?> arguments) => group.DoAsync(async channel =>
    {
        await channel.QueueDeleteAsync(Own);
        await channel.QueueDeclareAsync(Own, durable: true, exclusive: false, autoDelete: false, arguments);
        await channel.QueueBindAsync(Own, "f2b.bans", "");
    });
}
