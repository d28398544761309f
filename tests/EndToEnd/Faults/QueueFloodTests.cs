using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>What a compromised server can do with its queue, what it costs the others, and what limits it.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class QueueFloodTests(PrivateBroker broker) : FloodedGroup(broker)
{
    [Fact]
    public async Task A_queue_that_refuses_all_bans_does_not_stop_the_first_thousand_and_copies_become_rare()
    {
        int bans = Soak.Times(20, 3000);
        await using Sender sender = await Sender.ConnectAsync(Broker, intruder);
        await DeclareAgainAsync(sender, isExclusive: false, new() { ["x-overflow"] = "reject-publish", ["x-max-length"] = 0 });
        long start = TimeProvider.System.GetTimestamp();
        await LogAsync(bans);
        await Eventually.TrueAsync(() => receiver.Bans.Count >= Math.Min(bans, 1000), () => receiver.LastLines);
        await producer.SaysAsync("does not confirm bans");
        TimeSpan length = TimeSpan.FromSeconds(Soak.Times(9, 60));
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(start) > length, () => "", length * 2);
        long copies = await MessagesAsync("off");
        // A ban is sent at once, and after 1, 3 and 7 s. With a constant delay of a second it would be sent nine times.
        Assert.InRange(copies, Math.Min(bans, 1000), bans * Soak.Times(5, 8));
        int arrived = receiver.Bans.Count;
        Assert.Contains(
            $"The queue {Own} has arguments that F2bBroker never sets (x-max-length, x-overflow)",
            (await Broker.AdminAsync("status")).Output);
        Assert.Equal(0, producer.Count(" Published: "));
        await RevokeAsync();
        await Eventually.TrueAsync(
            () => producer.Count("The broker confirms bans again.") > 0,
            () => $"{producer.Count(" Published: ")} published\n{producer.SaidBut(" Published: ")}",
            TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() => receiver.Bans.Count == bans, () => receiver.LastLines, TimeSpan.FromMinutes(2));
        Table.Add(
            "Its queue declared again with x-overflow=reject-publish and x-max-length=0, so that the broker rejects every server's bans",
            Seconds(length),
            F($"{bans:N0} bans of a server: {copies:N0} messages in an offline server's queue"),
            F($"{arrived:N0} of {bans:N0} bans arrived before the revocation, all of them after it, and none was written twice"),
            "nothing on the broker; the producer's back-off to 60 s and its window of 1,000");
    }

    [Fact]
    public async Task A_queue_that_is_bound_many_times_slows_publishing_until_its_server_is_revoked()
    {
        int times = Soak.Times(300, 10_000);
        await using Sender honest = await Sender.ConnectAsync(Broker, origin);
        TimeSpan before = await PublishingAsync(honest);
        long memory = await MemoryAsync();
        long start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => BindAsync(times, part)));
        TimeSpan lasted = TimeProvider.System.GetElapsedTime(start);
        TimeSpan during = await PublishingAsync(honest);
        long more = await MemoryAsync() - memory;
        Assert.True(more > 0, $"{more} bytes more");
        await DelayAsync();
        Assert.Contains(
            F($"The queue {Own} is bound {times + 1:N0} times to f2b.bans instead of once."),
            (await Broker.AdminAsync("status")).Output);
        TimeSpan revoked = await RevokeAsync();
        Assert.DoesNotContain(Own, (await Broker.GetAsync("bindings/f2b?columns=source,destination,destination_type"))!.ToJsonString());
        Table.Add(
            F($"Its queue bound {times:N0} times to f2b.bans"),
            Seconds(lasted),
            F($"{more / 1e6:N0} MB more of the broker's memory, in the tables of bindings"),
            F($"a confirmed publish took {during / before:0.0} times as long; revoking took {revoked.TotalSeconds:0.0} s"),
            "nothing on the broker");
    }

    [Fact]
    public async Task Revoke_and_a_new_password_delete_an_exclusive_queue()
    {
        await using Sender sender = await Sender.ConnectAsync(Broker, intruder);
        await DeclareAgainAsync(sender, isExclusive: true, []);
        Built.Outcome forced = await Broker.AdminAsync("enroll", "evil", "--force");
        Assert.True(forced.ExitCode == 0, forced.Errors);
        Assert.True((bool)(await Broker.GetAsync($"queues/f2b/{Own}"))!["durable"]!);
        await RevokeAsync();
        Assert.Null(await Broker.GetAsync($"queues/f2b/{Own}"));
    }

    private static async Task DeclareAgainAsync(Sender sender, bool isExclusive, Dictionary<string, object?> arguments)
    {
        await using IChannel channel = await sender.ChannelAsync();
        await channel.QueueDeleteAsync(Own);
        await channel.QueueDeclareAsync(Own, durable: !isExclusive, isExclusive, autoDelete: false, arguments);
        await channel.QueueBindAsync(Own, "f2b.bans", "");
    }

    private async Task BindAsync(int times, int part)
    {
        await using Sender sender = await Sender.ConnectAsync(Broker, intruder);
        await using IChannel channel = await sender.UnconfirmedChannelAsync();
        for (int i = part; i < times; i += 4)
        {
            await channel.QueueBindAsync(Own, "f2b.bans", $"{i}");
        }
    }

    private static async Task<TimeSpan> PublishingAsync(Sender sender)
    {
        const int count = 300;
        await using IChannel channel = await sender.ChannelAsync();
        byte[] body = "{}"u8.ToArray();
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            await channel.BasicPublishAsync("f2b.bans", "", mandatory: true, new BasicProperties { UserId = sender.Name }, body);
        }

        return TimeProvider.System.GetElapsedTime(start) / count;
    }

    /// <summary>Returns the bytes of the tables in which the broker keeps bindings, in RabbitMQ 3.10 and 4.</summary>
    private async Task<long> MemoryAsync()
    {
        string node = ((JsonArray)(await Broker.GetAsync("nodes?columns=name"))!)[0]!["name"]!.ToString();
        JsonNode memory = (await Broker.GetAsync($"nodes/{node}/memory"))!["memory"]!;
        return new[] { "mnesia", "metadata_store", "metadata_store_ets" }.Sum(part => (long?)memory[part] ?? 0);
    }
}
