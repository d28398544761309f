using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server can read the pardons. It can neither publish one nor route a message into their stream.</summary>
public sealed class PardonTests(TakenOverGroup group) : IClassFixture<TakenOverGroup>
{
    private const string Exchange = "f2b.pardons.in";
    private const string Stream = "f2b.pardons";
    private const string Own = "f2b.bans.a.b";

    private static readonly BasicProperties Named = new() { UserId = "a.b" };

    [Fact]
    public async Task It_cannot_publish_delete_declare_or_purge()
    {
        byte[] body =
            """{"ip":"203.0.113.7","operator":"a.b","pardonedAt":"2026-11-23T02:44:23.706Z","until":null}"""u8.ToArray();
        await group.RefusesAsync(
            channel => channel.BasicPublishAsync(Exchange, "", mandatory: true, Named, body).AsTask(),
            channel => channel.BasicPublishAsync(Exchange, "", mandatory: true, new BasicProperties(), body).AsTask(),
            channel => channel.BasicPublishAsync("", Stream, mandatory: true, Named, body).AsTask(),
            channel => channel.ExchangeDeleteAsync(Exchange),
            channel => channel.ExchangeDeclareAsync(Exchange, "fanout", durable: true),
            channel => channel.QueueDeleteAsync(Stream),
            channel => channel.QueueDeclareAsync(Stream, durable: true, exclusive: false, autoDelete: false));
        // Nobody can purge a stream: the broker closes the connection.
        await using Sender once = await Sender.ConnectAsync(group.Broker, group[TakenOverGroup.Intruder]);
        await using IChannel own = await once.ChannelAsync();
        Exception? failure = await Record.ExceptionAsync(() => own.QueuePurgeAsync(Stream, TestContext.Current.CancellationToken));
        Assert.Equal(540, (int?)(failure as OperationInterruptedException)?.ShutdownReason?.ReplyCode);
        await NothingArrivedAsync();
    }

    [Theory]
    [InlineData("f2b.bans")]
    [InlineData("f2b.health.in")]
    [InlineData("f2b.pardons.in")]
    [InlineData("f2b.bans.a.b")]
    [InlineData("amq.fanout")]
    public async Task It_cannot_bind_or_unbind_a_stream_and_an_exchange(string exchange)
    {
        foreach (string stream in new[] { "f2b.history", "f2b.health", Stream })
        {
            await group.RefusesAsync(
                channel => channel.QueueBindAsync(stream, exchange, ""),
                channel => channel.QueueBindAsync(stream, exchange, "again"),
                channel => channel.QueueUnbindAsync(stream, exchange, ""));
        }
    }

    [Theory]
    [InlineData("f2b.bans")]
    [InlineData("f2b.health.in")]
    [InlineData("f2b.pardons.in")]
    [InlineData("f2b.bans.a.b")]
    [InlineData("f2b.bans.b")]
    [InlineData("amq.fanout")]
    public Task It_cannot_bind_or_unbind_the_exchange_of_the_pardons_and_another_one(string other) => group.RefusesAsync(
        channel => channel.ExchangeBindAsync(Exchange, other, ""),
        channel => channel.ExchangeBindAsync(other, Exchange, ""),
        channel => channel.ExchangeUnbindAsync(Exchange, other, ""),
        channel => channel.ExchangeUnbindAsync(other, Exchange, ""));

    [Fact]
    public async Task It_cannot_route_messages_from_its_own_objects_to_the_pardons()
    {
        await group.RefusesAsync(
            channel => channel.QueueBindAsync(Own, Exchange, ""),
            async channel =>
            {
                await channel.QueueDeleteAsync(Own);
                await DeclareAsync(channel, new() { ["x-dead-letter-exchange"] = Exchange });
            },
            // Through the default exchange, a queue could name the stream itself.
            channel => DeclareAsync(channel, new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = Stream }),
            async channel =>
            {
                await channel.ExchangeDeleteAsync(Own);
                await channel.ExchangeDeclareAsync(
                    Own,
                    "fanout",
                    durable: true,
                    arguments: new Dictionary<string, object?> { ["alternate-exchange"] = Exchange });
            });
        await group.DoAsync(async channel =>
        {
            await DeclareAsync(channel, []);
            await channel.ExchangeDeclareAsync(Own, "fanout", durable: true);
            await channel.QueueBindAsync(Own, "f2b.bans", "");
            await channel.QueueBindAsync(Own, Own, "");
        });
        await NothingArrivedAsync();
    }

    /// <summary>It may receive what other servers receive as well.</summary>
    [Fact]
    public Task It_can_read_the_stream() => group.DoAsync(async channel =>
    {
        await channel.BasicQosAsync(0, 1, global: false);
        await channel.BasicConsumeAsync(Stream, autoAck: false, new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel));
    });

    private static Task DeclareAsync(IChannel channel, Dictionary<string, object?> arguments) =>
        channel.QueueDeclareAsync(Own, durable: true, exclusive: false, autoDelete: false, arguments);

    /// <summary>Asserts that each message of the stream counts, and that none is in force.</summary>
    private async Task NothingArrivedAsync()
    {
        Built.Outcome pardons = await group.Broker.AdminAsync("pardons", "--amqp", group.Broker.Uri);
        Assert.Equal((0, "", "No pardon is in force.\n"), (pardons.ExitCode, pardons.Output, pardons.Errors));
    }
}
