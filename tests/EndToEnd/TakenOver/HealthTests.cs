using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>
/// A compromised server can publish health messages under its own name, and route other messages into their stream, where they can be told
/// apart. It can do nothing else with them.
/// </summary>
public sealed class HealthTests(TakenOverGroup group) : IClassFixture<TakenOverGroup>
{
    private const string Exchange = "f2b.health.in";
    private const string Stream = "f2b.health";
    private const string Own = "f2b.bans.a.b";

    private static readonly BasicProperties Named = new() { UserId = "a.b" };

    [Fact]
    public Task It_cannot_read_purge_delete_declare_bind_or_unbind_the_stream_or_publish_to_it_directly() => group.RefusesAsync(
        channel => ConsumeAsync(channel, new AsyncEventingBasicConsumer(channel)),
        channel => channel.BasicGetAsync(Stream, autoAck: true),
        channel => channel.QueuePurgeAsync(Stream),
        channel => channel.QueueDeleteAsync(Stream),
        channel => channel.QueueDeclareAsync(Stream, durable: true, exclusive: false, autoDelete: false),
        channel => channel.QueueBindAsync(Stream, Own, ""),
        channel => channel.QueueBindAsync(Stream, "f2b.bans", ""),
        channel => channel.QueueBindAsync(Stream, Exchange, "again"),
        channel => channel.QueueUnbindAsync(Stream, Exchange, ""),
        channel => channel.BasicPublishAsync("", Stream, mandatory: true, Named, "{}"u8.ToArray()).AsTask());

    [Fact]
    public Task It_cannot_receive_others_health_messages_or_delete_or_declare_their_exchange() => group.RefusesAsync(
        channel => channel.QueueBindAsync(Own, Exchange, ""),
        channel => channel.ExchangeBindAsync(Own, Exchange, ""),
        channel => channel.ExchangeBindAsync("f2b.bans", Exchange, ""),
        channel => channel.ExchangeBindAsync(Exchange, Exchange, ""),
        channel => channel.ExchangeBindAsync(Exchange, "f2b.bans.b", ""),
        channel => channel.ExchangeBindAsync(Exchange, "amq.fanout", ""),
        channel => channel.ExchangeDeleteAsync(Exchange),
        channel => channel.ExchangeDeclareAsync(Exchange, "fanout", durable: true));

    [Fact]
    public async Task It_cannot_publish_a_health_message_under_anothers_name() => Assert.Equal(
        406,
        await group.CodeOfAsync(channel =>
            channel.BasicPublishAsync(Exchange, "", mandatory: true, new BasicProperties { UserId = "b" }, "{}"u8.ToArray()).AsTask()));

    /// <summary>With <c>write</c> on the exchange, it may route other exchanges and its own queue into it.</summary>
    [Fact]
    public async Task What_it_routes_into_the_stream_shows_another_exchange_or_that_it_was_dead_lettered()
    {
        await group.DoAsync(async channel =>
        {
            await channel.ExchangeBindAsync(Exchange, "f2b.bans", "");
            await DeclareQueueAgainAsync(channel, new() { ["x-dead-letter-exchange"] = Exchange });
            await DeclareExchangeAgainAsync(channel, new() { ["alternate-exchange"] = Exchange });
        });
        try
        {
            await group.Other.PublishBanAsync("203.0.113.1");
            await group.DoAsync(async channel =>
            {
                // The message of another server that its own queue dead-letters.
                BasicGetResult genuine = (await channel.BasicGetAsync(Own, autoAck: false))!;
                await channel.BasicRejectAsync(genuine.DeliveryTag, requeue: false);
                await channel.BasicPublishAsync(Own, "", mandatory: true, Named, "by the alternate exchange"u8.ToArray());
                await channel.ExchangeBindAsync(Exchange, Own, "");
                await channel.BasicPublishAsync(Own, "", mandatory: true, Named, "by the binding"u8.ToArray());
            });
            // The last message: everything before it has arrived.
            await group.DoAsync(channel => channel.BasicPublishAsync(Exchange, "", mandatory: true, Named, "last"u8.ToArray()).AsTask());
            // A stream of RabbitMQ 3.10 takes no dead-lettered message; one of RabbitMQ 4 does.
            Assert.Equal(
                ["f2b.bans b", "f2b.bans.a.b a.b", "f2b.bans.a.b a.b", "f2b.health.in a.b"],
                (await ReadAsync()).Where(message => message != "f2b.health.in b, dead-lettered"));
        }
        finally
        {
            await group.DoAsync(async channel =>
            {
                await channel.ExchangeUnbindAsync(Exchange, "f2b.bans", "");
                await DeclareQueueAgainAsync(channel, []);
                await DeclareExchangeAgainAsync(channel, []);
                await channel.QueueBindAsync(Own, Own, "");
            });
        }
    }

    private static async Task DeclareExchangeAgainAsync(IChannel channel, Dictionary<string, object?> arguments)
    {
        await channel.ExchangeDeleteAsync(Own);
        await channel.ExchangeDeclareAsync(Own, "fanout", durable: true, arguments: arguments);
    }

    private static async Task DeclareQueueAgainAsync(IChannel channel, Dictionary<string, object?> arguments)
    {
        await channel.QueueDeleteAsync(Own);
        await channel.QueueDeclareAsync(Own, durable: true, exclusive: false, autoDelete: false, arguments);
        await channel.QueueBindAsync(Own, "f2b.bans", "");
    }

    private static async Task ConsumeAsync(IChannel channel, AsyncEventingBasicConsumer consumer)
    {
        await channel.BasicQosAsync(0, 100, global: false);
        await channel.BasicConsumeAsync(
            Stream,
            autoAck: false,
            "",
            new Dictionary<string, object?> { ["x-stream-offset"] = "first" },
            consumer);
    }

    /// <summary>Reads the stream as the operator up to the message <c>last</c>: the exchange and the sender of each message.</summary>
    private async Task<string[]> ReadAsync()
    {
        List<string> messages = [];
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string[] login = Uri.UnescapeDataString(new Uri(group.Broker.Api).UserInfo).Split(':');
        await using Sender reader = await Sender.ConnectAsync(group.Broker, login[0], login[1]);
        await using IChannel channel = await reader.UnconfirmedChannelAsync();
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            IReadOnlyBasicProperties properties = delivery.BasicProperties;
            bool isDeadLettered = properties.Headers!.ContainsKey("x-death");
            messages.Add($"{delivery.Exchange} {properties.UserId}{(isDeadLettered ? ", dead-lettered" : "")}");
            if (delivery.Body.Span.SequenceEqual("last"u8))
            {
                end.TrySetResult();
            }

            return Task.CompletedTask;
        };
        await ConsumeAsync(channel, consumer);
        await end.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        return [.. messages];
    }
}
