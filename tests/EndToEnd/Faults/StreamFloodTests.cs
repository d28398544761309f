using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// What a compromised server can do with its permission to read the stream, what it costs the others, and what limits it. Each server that
/// receives bans has this permission, with and without a queue.
/// </summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class StreamFloodTests(PrivateBroker broker) : FloodedGroup(broker)
{
    private const string Stream = "f2b.history";

    /// <summary>The broker deletes the oldest segment, but its disk space is free only after the last reader has closed it.</summary>
    [Fact]
    public async Task A_subscription_that_does_not_read_on_keeps_a_deleted_segment_on_the_disk_until_its_server_is_revoked()
    {
        int subscriptions = Soak.Times(2, 20);
        await LimitAsync(10_000_000);
        await using Sender sender = await Sender.ConnectAsync(Broker, intruder);
        await using IChannel publishing = await sender.ChannelAsync();
        await using IChannel holding = await sender.UnconfirmedChannelAsync();
        await holding.BasicQosAsync(0, 1, global: false, TestContext.Current.CancellationToken);
        Assert.Equal(0, DeletedSegments().Count);
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 1; i <= subscriptions; i++)
        {
            await SubscribeAsync(holding, "last", new AsyncEventingBasicConsumer(holding));
            await Eventually.TrueAsync(
                async () =>
                {
                    await PublishAsync(publishing, 50);
                    return DeletedSegments().Count >= i;
                },
                () => $"{DeletedSegments().Count} of {i} segments are held.");
        }

        TimeSpan lasted = TimeProvider.System.GetElapsedTime(start);
        (int count, long bytes) = DeletedSegments();
        Assert.InRange(bytes, count * 2_000_000L, long.MaxValue);
        TimeSpan revoked = await RevokeAsync();
        await Eventually.TrueAsync(() => DeletedSegments().Count == 0, () => $"{DeletedSegments().Count} segments are still held.");
        Table.Add(
            F($"{subscriptions} subscriptions to the stream that do not read on, with 20 MB of bodies published after each"),
            Seconds(lasted),
            F($"{count} deleted segments of the stream stayed on the broker's disk: {bytes / 1e6:N0} MB above the stream's limit"),
            F($"none, until the disk is full; revoking took {revoked.TotalSeconds:0.0} s and freed the space"),
            "8 connections of 32 channels (enroll); consumer_max_per_channel (RabbitMQ 4)");
    }

    [Fact]
    public async Task Reading_the_whole_stream_many_times_delays_bans_and_ends_with_the_revocation()
    {
        int subscriptions = Soak.Times(14, 224);
        await using (Sender sender = await Sender.ConnectAsync(Broker, intruder))
        {
            await sender.PublishAllAsync("f2b.bans", Enumerable.Repeat(("evil", sender.Body("198.18.0.1")), Soak.Times(2000, 50_000)));
        }

        TimeSpan before = await DelayAsync();
        await using ReadingFlood flood = await ReadingFlood.StartAsync(Broker, intruder, subscriptions);
        TimeSpan length = TimeSpan.FromSeconds(Soak.Times(1, 20));
        (long messages, TimeSpan cpu, long start) = (flood.Messages, BrokerProcess.TotalProcessorTime, TimeProvider.System.GetTimestamp());
        TimeSpan during = await DelayAsync();
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(start) > length, () => "", length * 2);
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        double rate = (flood.Messages - messages) / seconds;
        double cores = (BrokerProcess.TotalProcessorTime - cpu).TotalSeconds / seconds;
        Assert.True(rate > 0, "Nothing was delivered.");
        TimeSpan revoked = await RevokeAsync();
        await Eventually.TrueAsync(() => flood.IsOver, () => "The flood does not end.");
        Table.Add(
            F($"{subscriptions} subscriptions that read the stream from its beginning, on 7 connections of 32 channels"),
            F($"{seconds:0} s"),
            F($"{rate:N0} deliveries a second, {rate * flood.BodySize / 1e6:0.0} MB of bodies a second; {cores:0.0} cores of the broker"),
            F($"a ban took {during.TotalSeconds:0.00} s, not {before.TotalSeconds:0.00} s; revoking took {revoked.TotalSeconds:0.0} s"),
            "8 connections of 32 channels (enroll); consumer_max_per_channel (RabbitMQ 4)");
    }

    [Fact]
    public async Task RabbitMQ_4_can_limit_the_subscriptions_of_a_channel_and_the_daemons_do_not_need_more()
    {
        Assert.SkipWhen(await Broker.VersionAsync() < new Version(4, 0), "RabbitMQ 3.10 does not have this limit.");
        await SetAsync("consumer_max_per_channel", 4);
        try
        {
            Assert.Equal((0, 0), (await producer.StopAsync(), await consumer.StopAsync()));
            (producer, consumer) = (await origin.StartProducerAsync(), await receiver.StartConsumerAsync());
            await using Sender sender = await Sender.ConnectAsync(Broker, intruder);
            Assert.Equal(530, await sender.TryAsync(async channel =>
            {
                await channel.BasicQosAsync(0, 1, global: false);
                for (int i = 0; i < 5; i++)
                {
                    await SubscribeAsync(channel, "first", new AsyncEventingBasicConsumer(channel));
                }
            }));
            await DelayAsync();
        }
        finally
        {
            await Broker.ControlAsync("eval", "application:set_env(rabbit, consumer_max_per_channel, infinity).");
        }
    }

    private Process BrokerProcess => Process.GetProcessById(
        int.Parse(File.ReadAllText(Path.Combine(Broker.Folder, "broker.pid")), CultureInfo.InvariantCulture));

    internal static Task SubscribeAsync(IChannel channel, string offset, AsyncEventingBasicConsumer consumer) => channel.BasicConsumeAsync(
        Stream,
        autoAck: false,
        "",
        new Dictionary<string, object?> { ["x-stream-offset"] = offset },
        consumer);

    /// <summary>Publishes bodies of 64 KiB, which are not bans.</summary>
    private static Task PublishAsync(IChannel channel, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => channel
        .BasicPublishAsync("f2b.bans", "", mandatory: true, new BasicProperties { UserId = "evil" }, new byte[65536])
        .AsTask()));

    /// <summary>Returns the number and the total size of the deleted segments that the broker still has open.</summary>
    private (int Count, long Bytes) DeletedSegments()
    {
        FileInfo[] files = [.. new DirectoryInfo($"/proc/{BrokerProcess.Id}/fd")
            .EnumerateFiles()
            .Where(file => file.LinkTarget?.EndsWith(".segment (deleted)", StringComparison.Ordinal) == true)];
        return (files.Length, files.Sum(Size));
    }

    private static long Size(FileInfo file)
    {
        using FileStream open = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return open.Length;
    }

    /// <summary>Limits the stream, as an operator may.</summary>
    private Task LimitAsync(long bytes) => Broker.PutAsync("policies/f2b/small", new()
    {
        ["pattern"] = @"^f2b\.history$",
        ["apply-to"] = "queues",
        ["priority"] = 100,
        ["definition"] = new JsonObject { ["max-length-bytes"] = bytes },
    });
}
