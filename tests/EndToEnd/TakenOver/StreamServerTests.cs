using System.Net;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>
/// A compromised server that follows the stream can publish under its own name and read the streams of the bans and the pardons. It can
/// take nothing from the other servers.
/// </summary>
public sealed class StreamServerTests(StreamServersGroup group) : IClassFixture<StreamServersGroup>
{
    private const string Both = StreamServersGroup.Both;
    private const string Receiver = StreamServersGroup.Receiver;
    private const string ReplyTo = "amq.rabbitmq.reply-to";

    [Theory]
    [InlineData(Both, "f2b.history")]
    [InlineData(Both, "f2b.pardons")]
    [InlineData(Receiver, "f2b.history")]
    [InlineData(Receiver, "f2b.pardons")]
    public async Task It_can_read_the_bans_and_the_pardons(string server, string stream)
    {
        await group.Login(StreamServersGroup.Other).PublishBanAsync("203.0.113.1");
        await using IChannel channel = await group.Login(server).UnconfirmedChannelAsync();
        Assert.NotNull(await ReadAsync(channel, stream, "first"));
    }

    [Theory]
    [InlineData(Both, "f2b.bans", null)]
    [InlineData(Both, "f2b.health.in", null)]
    [InlineData(Receiver, "f2b.bans", 403)]
    [InlineData(Receiver, "f2b.health.in", null)]
    public async Task It_can_publish_health_messages_and_if_it_may_report_bans(string server, string exchange, int? code) =>
        Assert.Equal(code, await group.Login(server).TryAsync(channel => PublishAsync(channel, exchange, server)));

    [Theory]
    [InlineData(Both, "f2b.bans")]
    [InlineData(Both, "f2b.health.in")]
    [InlineData(Receiver, "f2b.health.in")]
    public async Task It_cannot_publish_under_anothers_name(string server, string exchange) =>
        Assert.Equal(
            406,
            await group.Login(server).TryAsync(channel => PublishAsync(channel, exchange, StreamServersGroup.Other)));

    [Fact]
    public async Task It_cannot_publish_under_anothers_name_in_a_transaction()
    {
        // The broker closes the connection if the commit reaches it after it has closed the channel.
        await using Sender once = await group.ConnectAsync(Both);
        await using IChannel channel = await once.UnconfirmedChannelAsync();
        await channel.TxSelectAsync(Cancelled);
        await PublishAsync(channel, "f2b.bans", StreamServersGroup.Other);
        OperationInterruptedException refused =
            await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => channel.TxCommitAsync(Cancelled));
        Assert.Equal(406, refused.ShutdownReason!.ReplyCode);
    }

    /// <summary>Nobody can do this with a stream: the broker closes the connection.</summary>
    [Theory]
    [InlineData(Both, "f2b.history")]
    [InlineData(Both, "f2b.pardons")]
    [InlineData(Receiver, "f2b.history")]
    [InlineData(Receiver, "f2b.pardons")]
    public async Task It_cannot_purge_a_stream_or_take_a_message_from_it(string server, string stream) =>
        Assert.Equal(
            (540, 540),
            (await TryOnceAsync(server, channel => channel.QueuePurgeAsync(stream)),
                await TryOnceAsync(server, channel => channel.BasicGetAsync(stream, autoAck: false))));

    /// <summary>The broker ignores the flag for a stream.</summary>
    [Theory]
    [InlineData(Both, Receiver, "f2b.history")]
    [InlineData(Both, StreamServersGroup.Other, "f2b.pardons")]
    [InlineData(StreamServersGroup.Other, Both, "f2b.history")]
    public async Task An_exclusive_consumer_keeps_no_other_from_reading(string server, string other, string stream)
    {
        await group.Login(StreamServersGroup.Other).PublishBanAsync("203.0.113.1");
        await using IChannel first = await group.Login(server).UnconfirmedChannelAsync();
        Assert.NotNull(await ReadAsync(first, stream, "first", isExclusive: true));
        await using IChannel second = await group.Login(other).UnconfirmedChannelAsync();
        Assert.NotNull(await ReadAsync(second, stream, "first"));
    }

    [Fact]
    public async Task It_cannot_read_before_others_by_a_priority() =>
        Assert.Equal(406, await group.Login(Both).TryAsync(async channel =>
        {
            await channel.BasicQosAsync(0, 1, global: false);
            await channel.BasicConsumeAsync(
                "f2b.history",
                autoAck: false,
                "",
                new Dictionary<string, object?> { ["x-priority"] = 10 },
                new AsyncEventingBasicConsumer(channel));
        }));

    /// <summary>RabbitMQ 3.10 closes the connection; 4 ignores the rejection.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_it_rejects_stays_in_the_stream(bool requeue)
    {
        await group.Login(StreamServersGroup.Other).PublishBanAsync("203.0.113.77");
        await using (Sender once = await group.ConnectAsync(Both))
        await using (IChannel channel = await once.UnconfirmedChannelAsync())
        {
            BasicDeliverEventArgs delivery = await ReadAsync(channel, "f2b.history", "last");
            await channel.BasicRejectAsync(delivery.DeliveryTag, requeue, Cancelled);
        }

        await using IChannel other = await group.Login(StreamServersGroup.Other).UnconfirmedChannelAsync();
        Assert.Contains("203.0.113.77", Encoding.UTF8.GetString((await ReadAsync(other, "f2b.history", "last")).Body.Span));
    }

    /// <summary>Each login may ask for direct replies, and a ban may carry the address. But no server may publish a reply.</summary>
    [Theory]
    [InlineData(Both, Receiver)]
    [InlineData(Both, StreamServersGroup.Other)]
    [InlineData(StreamServersGroup.Other, Both)]
    public async Task Nobody_can_send_a_server_a_direct_reply(string server, string answering)
    {
        await using IChannel asking = await group.Login(server).ChannelAsync();
        await asking.BasicConsumeAsync(ReplyTo, autoAck: true, new AsyncEventingBasicConsumer(asking), Cancelled);
        await asking.BasicPublishAsync(
            "f2b.bans",
            "",
            mandatory: true,
            new BasicProperties { UserId = server, ReplyTo = ReplyTo },
            "{}"u8.ToArray(),
            Cancelled);
        await using IChannel reading = await group.Login(answering).UnconfirmedChannelAsync();
        string address = (await ReadAsync(reading, "f2b.history", "last")).BasicProperties.ReplyTo!;
        Assert.StartsWith(ReplyTo, address);
        Assert.Equal(
            403,
            await group.Login(answering).TryAsync(channel =>
                channel
                    .BasicPublishAsync("", address, mandatory: true, new BasicProperties { UserId = answering }, "{}"u8.ToArray())
                    .AsTask()));
    }

    [Theory]
    [InlineData(Both, "GET", "overview")]
    [InlineData(Both, "GET", "definitions")]
    [InlineData(Both, "GET", "queues/f2b/f2b.history")]
    [InlineData(Both, "DELETE", "policies/f2b/f2b.history-limits")]
    [InlineData(Both, "PUT", "permissions/f2b/both")]
    [InlineData(Both, "POST", "exchanges/f2b/f2b.pardons.in/publish")]
    [InlineData(Receiver, "GET", "overview")]
    [InlineData(Receiver, "PUT", "permissions/f2b/receiver")]
    public async Task It_cannot_reach_the_management_API(string server, string method, string path) =>
        Assert.Equal(HttpStatusCode.Unauthorized, await group.Broker.SendAsAsync(group.Server(server), method, path, []));

    [Fact]
    public async Task It_cannot_exceed_its_connections_and_channels()
    {
        await using AllConnections all = new(group.Broker, group.Server(Receiver));
        (int connections, int channels) = await all.OpenAsync();
        // One connection is already open, and the broker still counts those that it is closing.
        Assert.InRange(connections, 4, 7);
        Assert.InRange(channels, 20, 32);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static Task PublishAsync(IChannel channel, string exchange, string user) =>
        channel.BasicPublishAsync(exchange, "", mandatory: true, new BasicProperties { UserId = user }, "{}"u8.ToArray()).AsTask();

    /// <summary>Makes an attempt on a connection that the broker may close.</summary>
    private async Task<int?> TryOnceAsync(string server, Func<IChannel, Task> attempt)
    {
        await using Sender once = await group.ConnectAsync(server);
        return await once.TryAsync(attempt);
    }

    /// <summary>Returns the first message that a subscription at that offset delivers.</summary>
    private static async Task<BasicDeliverEventArgs> ReadAsync(IChannel channel, string stream, string offset, bool isExclusive = false)
    {
        TaskCompletionSource<BasicDeliverEventArgs> received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            received.TrySetResult(delivery);
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, 100, global: false);
        await channel.BasicConsumeAsync(
            stream,
            autoAck: false,
            "",
            noLocal: false,
            isExclusive,
            new Dictionary<string, object?> { ["x-stream-offset"] = offset },
            consumer);
        return await received.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }
}
