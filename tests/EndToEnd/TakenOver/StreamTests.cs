using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server can read the stream of the last day's bans, and do nothing else with it.</summary>
public sealed class StreamTests(TakenOverGroup group) : IClassFixture<TakenOverGroup>
{
    private const string Stream = "f2b.history";
    private const string Own = "f2b.bans.a.b";

    [Fact]
    public async Task It_cannot_write_delete_purge_bind_or_unbind_the_stream()
    {
        await group.RefusesAsync(
            channel => channel.QueueDeleteAsync(Stream),
            channel => channel.QueueDeleteAsync(Stream, ifUnused: true, ifEmpty: false),
            channel =>
                channel.BasicPublishAsync("", Stream, mandatory: true, new BasicProperties { UserId = "a.b" }, "{}"u8.ToArray()).AsTask(),
            channel => channel.QueueBindAsync(Stream, Own, ""),
            channel => channel.QueueBindAsync(Stream, "f2b.bans", "again"),
            channel => channel.QueueUnbindAsync(Stream, "f2b.bans", ""));
        // Nobody can purge a stream: the broker closes the connection.
        await using Sender once = await Sender.ConnectAsync(group.Broker, group[TakenOverGroup.Intruder]);
        await using IChannel own = await once.ChannelAsync();
        Exception? failure = await Record.ExceptionAsync(() => own.QueuePurgeAsync(Stream, TestContext.Current.CancellationToken));
        Assert.Equal(540, (int?)(failure as OperationInterruptedException)?.ShutdownReason?.ReplyCode);
    }

    [Fact]
    public async Task It_cannot_make_another_server_replay_forged_messages()
    {
        await group.Other.PublishBanAsync("203.0.113.1");
        string stolen = group.Other.Body("203.0.113.9");
        await group.Login.PublishAsync(stolen);
        await group.Login.PublishAsync(stolen, properties => properties.ClearUserId());
        await group.Login.PublishAsync("{");
        await group.Login.PublishAsync(new byte[10_000]);
        // A header that pretends that the stream ends here.
        await group.Login.PublishAsync(group.Login.Body("203.0.113.2"), properties =>
            properties.Headers = new Dictionary<string, object?> { ["x-stream-offset"] = long.MaxValue });
        await group.Other.PublishBanAsync("203.0.113.3");
        await group.PurgeAsync("f2b.bans.axb");
        Daemon consumer = await group["axb"].StartConsumerAsync();
        await consumer.SaysAsync(": 7 messages, 3 new bans written to disk.");
        Assert.Equal(["203.0.113.1 b", "203.0.113.2 a.b", "203.0.113.3 b"],
            group["axb"].Bans.Select(ban => ban.Split(' ', '=')).Select(parts => $"{parts[1]} {parts[5]}").Order());
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Contains("Skipped in f2b.history: 1 refused, of '', 3 refused, of 'a.b'.", consumer.Said);
    }
}
