using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server cannot use or change the objects of another server or of the group.</summary>
public sealed class OthersObjectsTests(TakenOverGroup group) : IClassFixture<TakenOverGroup>
{
    private const string Own = "f2b.bans.a.b";

    private static readonly BasicProperties Named = new() { UserId = "a.b" };

    [Theory]
    [InlineData("f2b.bans.b")]
    [InlineData("f2b.bans.b_error")]
    [InlineData("f2b.bans.axb")]
    [InlineData("f2b.bans.axb_error")]
    public Task It_cannot_read_purge_delete_bind_or_unbind_anothers_queue(string queue) => group.RefusesAsync(
        channel => channel.BasicConsumeAsync(queue, autoAck: true, new AsyncEventingBasicConsumer(channel)),
        channel => channel.BasicGetAsync(queue, autoAck: true),
        channel => channel.QueuePurgeAsync(queue),
        channel => channel.QueueDeleteAsync(queue),
        channel => channel.QueueBindAsync(queue, "f2b.bans", "again"),
        channel => channel.QueueBindAsync(queue, Own, ""),
        channel => channel.QueueUnbindAsync(queue, "f2b.bans", ""),
        channel => channel.QueueUnbindAsync(queue, queue, ""));

    [Theory]
    [InlineData("f2b.bans.b")]
    [InlineData("f2b.bans.b_error")]
    [InlineData("f2b.bans.axb")]
    [InlineData("f2b.bans.axb_error")]
    public Task It_cannot_publish_to_delete_declare_or_bind_anothers_exchange(string exchange) =>
        group.RefusesAsync(
            channel => channel.BasicPublishAsync(exchange, "", mandatory: true, Named, "{}"u8.ToArray()).AsTask(),
            channel => channel.BasicPublishAsync("", exchange, mandatory: true, Named, "{}"u8.ToArray()).AsTask(),
            channel => channel.ExchangeDeleteAsync(exchange),
            channel => channel.ExchangeDeclareAsync(exchange, "fanout", durable: true),
            channel => channel.ExchangeBindAsync(exchange, "f2b.bans", ""),
            channel => channel.ExchangeBindAsync(exchange, Own, ""),
            channel => channel.ExchangeBindAsync(Own, exchange, ""),
            channel => channel.QueueBindAsync(Own, exchange, ""),
            channel => channel.ExchangeUnbindAsync(exchange, "f2b.bans", ""));

    [Fact]
    public Task It_cannot_delete_or_declare_the_exchange_of_the_bans() =>
        group.RefusesAsync(
            channel => channel.ExchangeDeleteAsync("f2b.bans"),
            channel => channel.ExchangeDeleteAsync("f2b.bans", ifUnused: true),
            channel => channel.ExchangeDeclareAsync("f2b.bans", "fanout", durable: true),
            channel => channel.ExchangeDeclareAsync("f2b.bans", "direct"),
            channel => channel.ExchangeDeclareAsync("f2b.bans", "fanout", durable: true, autoDelete: true),
            channel =>
                channel.ExchangeDeclareAsync(
                    "f2b.bans",
                    "fanout",
                    durable: true,
                    arguments: new Dictionary<string, object?> { ["alternate-exchange"] = Own }));

    [Theory]
    [InlineData("")]
    [InlineData("other")]
    [InlineData("f2b.bans")]
    [InlineData("f2b.bans.c")]
    [InlineData("f2b.bans.axb")]
    [InlineData("f2b.bans.a.b.c")]
    [InlineData("f2b.bans.a.b_errors")]
    [InlineData("xf2b.bans.a.b")]
    [InlineData("f2b_bans.a.b")]
    [InlineData("f2b.history")]
    public async Task It_cannot_declare_a_queue_outside_its_name(string queue)
    {
        await group.RefusesAsync(
            channel => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false),
            channel => channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true));
        if (queue.Length > 0)
        {
            await group.RefusesAsync(channel => channel.ExchangeDeclareAsync(queue, "fanout", durable: true));
        }
    }

    [Fact]
    public async Task It_cannot_dead_letter_from_its_own_queue_or_exchange_to_anothers()
    {
        await group.RefusesAsync(
            channel => DeclareAgainAsync(channel, new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "f2b.bans.b" }),
            channel => DeclareAgainAsync(channel, new() { ["x-dead-letter-exchange"] = "f2b.bans.b" }),
            channel => DeclareAgainAsync(channel, new() { ["x-dead-letter-exchange"] = "f2b.bans.axb_error" }),
            async channel =>
            {
                await channel.ExchangeDeleteAsync(Own);
                await channel.ExchangeDeclareAsync(
                    Own,
                    "fanout",
                    durable: true,
                    arguments: new Dictionary<string, object?> { ["alternate-exchange"] = "f2b.bans.b" });
            });
        await group.DoAsync(async channel =>
        {
            await channel.ExchangeDeclareAsync(Own, "fanout", durable: true);
            await DeclareAgainAsync(channel, []);
            await channel.QueueBindAsync(Own, "f2b.bans", "");
        });
    }

    [Theory]
    [InlineData("amq.fanout")]
    [InlineData("amq.direct")]
    [InlineData("amq.topic")]
    [InlineData("amq.headers")]
    [InlineData("amq.rabbitmq.trace")]
    public Task It_cannot_use_the_brokers_own_exchanges(string exchange) => group.RefusesAsync(
        channel => channel.BasicPublishAsync(exchange, "", mandatory: true, Named, "{}"u8.ToArray()).AsTask(),
        channel => channel.ExchangeBindAsync(exchange, Own, ""),
        channel => channel.QueueBindAsync(Own, exchange, ""));

    /// <summary>Declares the stream of the last day's bans as <c>init</c> does.</summary>
    [Fact]
    public async Task It_can_read_the_history_and_nothing_more()
    {
        await group.Broker.PutAsync(
            "queues/f2b/f2b.history",
            new()
            {
                ["durable"] = true,
                ["arguments"] = new JsonObject { ["x-queue-type"] = "stream" },
            });
        await group.RefusesAsync(
            channel => channel.QueueDeleteAsync("f2b.history"),
            channel => channel.QueueDeclareAsync("f2b.history", durable: true, exclusive: false, autoDelete: false),
            channel => channel.QueueBindAsync("f2b.history", Own, ""),
            channel => channel.QueueUnbindAsync("f2b.history", "f2b.bans", ""),
            channel => channel.BasicPublishAsync("", "f2b.history", mandatory: true, Named, "{}"u8.ToArray()).AsTask());
        // The permission to read is enough to purge a queue. But a stream cannot be purged, and the broker closes the connection.
        await using Sender purging = await Sender.ConnectAsync(group.Broker, group[TakenOverGroup.Intruder]);
        OperationInterruptedException refused = await Assert.ThrowsAsync<OperationInterruptedException>(() =>
            PurgeAsync(purging, "f2b.history"));
        Assert.Equal(540, refused.ShutdownReason!.ReplyCode);
        await group.DoAsync(async channel =>
        {
            await channel.BasicQosAsync(0, 1, global: false);
            await channel.BasicConsumeAsync("f2b.history", autoAck: false, new AsyncEventingBasicConsumer(channel));
        });
    }

    [Fact]
    public async Task It_can_read_its_own_queue_and_publish_under_its_own_name()
    {
        await group.PurgeAsync(Own);
        await group.Login.PublishBanAsync("203.0.113.1");
        await group.DoAsync(async channel => Assert.NotNull(await channel.BasicGetAsync(Own, autoAck: true)));
    }

    private static async Task PurgeAsync(Sender sender, string queue)
    {
        await using IChannel channel = await sender.ChannelAsync();
        await channel.QueuePurgeAsync(queue);
    }

    private static async Task DeclareAgainAsync(IChannel channel, Dictionary<string, object?> arguments)
    {
        await channel.QueueDeleteAsync(Own);
        await channel.QueueDeclareAsync(Own, durable: true, exclusive: false, autoDelete: false, arguments);
    }
}
