using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server that follows the stream cannot declare, delete or purge any object, and cannot read a queue.</summary>
public sealed class StreamServerObjectTests(StreamServersGroup group) : IClassFixture<StreamServersGroup>
{
    private static readonly string[] Servers = [StreamServersGroup.Both, StreamServersGroup.Receiver];

    private static readonly Dictionary<string, Func<IChannel, string, Task>> Declarations = new()
    {
        ["exchange"] = (channel, name) => channel.ExchangeDeclareAsync(name, "fanout", durable: true),
        ["alternate exchange"] = (channel, name) =>
            channel.ExchangeDeclareAsync(name, "fanout", durable: true, arguments: With("alternate-exchange", "f2b.bans")),
        ["queue"] = (channel, name) => DeclareAsync(channel, name, []),
        ["exclusive queue"] = (channel, name) => channel.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true),
        ["stream"] = (channel, name) => DeclareAsync(channel, name, With("x-queue-type", "stream")),
        ["dead-lettering queue"] = (channel, name) => DeclareAsync(channel, name, With("x-dead-letter-exchange", "f2b.bans")),
        ["rejecting queue"] = (channel, name) => DeclareAsync(channel, name, With("x-overflow", "reject-publish")),
        ["deletion of the exchange"] = (channel, name) => channel.ExchangeDeleteAsync(name),
        ["deletion of the queue"] = (channel, name) => channel.QueueDeleteAsync(name),
    };

    private static readonly Dictionary<string, Func<IChannel, string, Task>> Readings = new()
    {
        ["basic.consume"] = (channel, name) => channel.BasicConsumeAsync(name, autoAck: false, new AsyncEventingBasicConsumer(channel)),
        ["basic.get"] = (channel, name) => channel.BasicGetAsync(name, autoAck: true),
        ["queue.purge"] = (channel, name) => channel.QueuePurgeAsync(name),
    };

    /// <summary>Each server, kind of declaration or deletion, and name.</summary>
    public static TheoryData<string, string, string> Declared =>
    [
        .. from server in Servers
           from kind in Declarations.Keys
           from name in StreamServerNames.All.Append("xf2b.bans").Append("f2b.bans.receiver.x")
           // The broker answers a declaration of its name for direct replies, and creates nothing: see StreamServerTests.
           where name != "amq.rabbitmq.reply-to" || kind.Contains("exchange", StringComparison.Ordinal)
           select (server, kind, name),
    ];

    /// <summary>Each server, kind of reading, and queue.</summary>
    public static TheoryData<string, string, string> Read =>
    [
        .. from server in Servers
           from kind in Readings.Keys
           from name in StreamServerNames.All
           where !StreamServerNames.IsReadable(name) && name != "amq.rabbitmq.reply-to"
           select (server, kind, name),
    ];

    /// <summary>Each server and exchange that it may not write to.</summary>
    public static TheoryData<string, string> NotWritable =>
    [
        .. from server in Servers
           from name in StreamServerNames.All
           where !StreamServerNames.IsWritable(server, name)
           select (server, name),
    ];

    /// <summary>Each server and name of a queue.</summary>
    public static TheoryData<string, string> Queues =>
    [
        .. from server in Servers
           from name in StreamServerNames.All
           select (server, name),
    ];

    [Theory]
    [MemberData(nameof(Declared))]
    public async Task It_cannot_declare_or_delete(string server, string kind, string name) =>
        Assert.Equal(403, await group.Login(server).TryAsync(channel => Declarations[kind](channel, name)));

    /// <summary>The broker chooses the name of such a queue.</summary>
    [Theory]
    [InlineData(StreamServersGroup.Both)]
    [InlineData(StreamServersGroup.Receiver)]
    public async Task It_cannot_declare_a_temporary_queue(string server) =>
        Assert.Equal(403, await group.Login(server).TryAsync(channel => channel.QueueDeclareAsync()));

    [Theory]
    [MemberData(nameof(Read))]
    public async Task It_cannot_read_or_purge_a_queue(string server, string kind, string name) =>
        Assert.Equal(403, await group.Login(server).TryAsync(channel => Readings[kind](channel, name)));

    [Theory]
    [MemberData(nameof(NotWritable))]
    public async Task It_cannot_publish_to_another_exchange(string server, string name) =>
        Assert.Equal(403, await group.Login(server).TryAsync(channel => PublishAsync(channel, name, "", server)));

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task It_cannot_publish_to_a_queue_or_stream_directly(string server, string name) =>
        Assert.Equal(403, await group.Login(server).TryAsync(channel => PublishAsync(channel, "", name, server)));

    /// <summary>
    /// Before RabbitMQ 4.2 a passive declaration needs no permission: it tells whether an object exists, and how many messages and
    /// consumers a queue has.
    /// </summary>
    [Theory]
    [InlineData(StreamServersGroup.Both, "f2b.bans.web1")]
    [InlineData(StreamServersGroup.Both, "f2b.bans.web1_error")]
    [InlineData(StreamServersGroup.Both, "f2b.health")]
    [InlineData(StreamServersGroup.Receiver, "f2b.bans.web1")]
    [InlineData(StreamServersGroup.Other, "f2b.bans.receiver")]
    public async Task Older_brokers_show_each_server_how_many_messages_a_queue_has(string server, string queue)
    {
        int? code = await group.Login(server).TryAsync(channel => channel.QueueDeclarePassiveAsync(queue));
        Assert.Equal(await group.Broker.VersionAsync() < new Version(4, 2) ? null : 403, code);
    }

    private static Dictionary<string, object?> With(string argument, string value) => new() { [argument] = value };

    private static Task DeclareAsync(IChannel channel, string name, Dictionary<string, object?> arguments) =>
        channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments);

    private static Task PublishAsync(IChannel channel, string exchange, string routingKey, string server) =>
        channel
            .BasicPublishAsync(exchange, routingKey, mandatory: true, new BasicProperties { UserId = server }, "{}"u8.ToArray())
            .AsTask();
}
