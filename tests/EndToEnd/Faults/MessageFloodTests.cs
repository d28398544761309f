using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>What a compromised server can do with messages, what it costs the others, and what limits it.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class MessageFloodTests(PrivateBroker broker) : FloodedGroup(broker)
{
    [Theory]
    [InlineData(0, "Bans as fast as the broker accepts them, on 8 connections")]
    [InlineData(65536, "Bodies of 64 KiB that are not bans, on 8 connections")]
    public async Task A_flood_fills_another_servers_queue_to_its_limit_delays_bans_and_ends_with_its_revocation(int bodySize, string done)
    {
        bool isLong = Soak.Times(0, 1) == 1;
        (int messages, long bytes) = isLong ? (1_000_000, 512L * 1024 * 1024) : (1000, 40L * 1024 * 1024);
        if (!isLong)
        {
            await LimitAsync(messages, bytes);
        }

        TimeSpan before = await DelayAsync();
        await using Flood flood = await Flood.StartAsync(Broker, intruder, isLong ? 8 : 3, bodySize);
        await HoldsNoMoreThanAsync(messages, bytes, TimeSpan.FromSeconds(Soak.Times(2, 45)));
        await Eventually.TrueAsync(async () => await MessagesAsync("b_error") > 0, () => receiver.LastLines);
        Task<TimeSpan> delay = DelayAsync();
        if (isLong)
        {
            await delay;
        }

        await flood.GrowsAsync(1);
        TimeSpan lasted = flood.Lasted;
        string size = await SizeAsync(lasted);
        long disk = Broker.BytesOnDisk;
        int written = Lines.Count(line => line.Contains(" server=evil ", StringComparison.Ordinal));
        Assert.InRange(written, 0, MaxBans);
        Assert.InRange(await MessagesAsync("b_error"), 0, bodySize > 0 ? 1000 : 10_000);
        TimeSpan revoked = await RevokeAsync();
        await Eventually.TrueAsync(() => flood.IsOver, () => "The flood does not end.");
        TimeSpan during = await delay;
        Table.Add(
            done,
            Seconds(lasted),
            F($"an offline server's queue: {size}; the broker's disk: {disk / 1e6:N0} MB; {written:N0} of its bans written by a peer"),
            F($"a ban took {during.TotalSeconds:0.00} s, not {before.TotalSeconds:0.00} s; revoking took {revoked.TotalSeconds:0.0} s"),
            "max-length, max-length-bytes (init); maxbans (consumer)");
    }

    [Fact]
    public async Task The_brokers_own_limits_of_body_and_headers_keep_large_messages_from_all_servers()
    {
        await SetAsync("max_message_size", 65536);
        await SetAsync("frame_max", 8192);
        try
        {
            Assert.Equal((0, 0), (await producer.StopAsync(), await consumer.StopAsync()));
            (producer, consumer) = (await origin.StartProducerAsync(), await receiver.StartConsumerAsync());
            await using Sender sender = await Sender.ConnectAsync(Broker, intruder);
            AlreadyClosedException refused = await Assert.ThrowsAsync<AlreadyClosedException>(() => PublishAsync(sender, 65537));
            Assert.Equal(406, refused.ShutdownReason!.ReplyCode);
            await PublishAsync(sender, 65536);
            await consumer.SaysAsync("Refused a message of 'evil': the body has 65536 bytes");
            await Assert.ThrowsAsync<AlreadyClosedException>(() => PublishAsync(sender, 0, new() { ["x"] = new string('x', 10_000) }));
            await DelayAsync();
        }
        finally
        {
            await SetAsync("max_message_size", 134_217_728);
            await SetAsync("frame_max", 131_072);
        }
    }

    private static async Task PublishAsync(Sender sender, int size, Dictionary<string, object?>? headers = null)
    {
        await using IChannel channel = await sender.ChannelAsync();
        await channel.BasicPublishAsync(
            "f2b.bans",
            "",
            mandatory: true,
            new BasicProperties { UserId = sender.Name, Headers = headers },
            new byte[size]);
    }

    /// <summary>Limits the offline server's queue, as an operator may; the others keep what <c>init</c> set.</summary>
    /// <summary>Limits the offline server's queue. That of the receiver has no limit of bytes, so that no ban in it is dropped.</summary>
    private async Task LimitAsync(int messages, long bytes)
    {
        await LimitAsync("off", new() { ["max-length"] = messages, ["max-length-bytes"] = bytes, ["overflow"] = "drop-head" });
        await LimitAsync("b", new() { ["max-length"] = 1_000_000 });
    }

    private Task LimitAsync(string server, JsonObject definition) => Broker.PutAsync($"policies/f2b/{server}", new()
    {
        ["pattern"] = $@"^f2b\.bans\.{server}$",
        ["apply-to"] = "queues",
        ["priority"] = 1,
        ["definition"] = definition,
    });

    private async Task HoldsNoMoreThanAsync(int messages, long bytes, TimeSpan length)
    {
        long start = TimeProvider.System.GetTimestamp();
        bool isSeen = false;
        await Eventually.TrueAsync(
            async () =>
            {
                JsonNode queue = (await Broker.GetAsync("queues/f2b/f2b.bans.off"))!;
                long held = (long?)queue["messages"] ?? 0;
                Assert.InRange(held, 0, messages);
                Assert.InRange((long?)queue["message_bytes"] ?? 0, 0, bytes);
                isSeen |= held > 0;
                return isSeen && TimeProvider.System.GetElapsedTime(start) > length;
            },
            () => "No message arrived.",
            length + TimeSpan.FromMinutes(1));
    }

    /// <summary>Measures what the broker has received, without what is still in the socket buffers.</summary>
    private async Task<string> SizeAsync(TimeSpan lasted)
    {
        JsonNode queue = (await Broker.GetAsync("queues/f2b/f2b.bans.off"))!;
        long messages = (long?)queue["messages"] ?? 0;
        double size = ((long?)queue["message_bytes"] ?? 0) / 1048576.0;
        return F($"{messages:N0} messages ({messages / lasted.TotalSeconds:N0} a second), {size:N0} MiB");
    }
}
