using System.Globalization;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>What a server that was taken over can do until it is revoked, what it costs the others, and what bounds it.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Broker", "own")]
public sealed class FloodTests(PrivateBroker broker) : IAsyncLifetime
{
    private const string Own = "f2b.bans.evil";

    private static readonly SoakTable Table = new(
        "flood",
        "what it did",
        "for how long",
        "how much",
        "what it cost the others",
        "bound by");
    private static readonly int MaxBans = Soak.Times(500, 5000);

    private Server intruder = null!;
    private Server origin = null!;
    private Server receiver = null!;
    private Server offline = null!;
    private Daemon producer = null!;
    private Daemon consumer = null!;
    private int logged;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        // RabbitMQ's own: what waits behind a flood waits longer than the other fault tests' 5 s.
        await SetAsync("consumer_timeout", 1_800_000);
        intruder = await Server.EnrollAsync(broker, "evil");
        origin = await Server.EnrollAsync(broker, "a");
        receiver = await Server.EnrollAsync(broker, "b", F($"maxbans = {MaxBans}/10m"));
        offline = await Server.EnrollAsync(broker, "off");
        producer = await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Server server in new[] { intruder, origin, receiver, offline })
        {
            await server.DisposeAsync();
        }

        await SetAsync("consumer_timeout", 5000);
    }

    [Theory]
    [InlineData(0, "Bans as fast as the broker takes them, on 8 connections")]
    [InlineData(65536, "Bodies of 64 KiB that are no bans, on 8 connections")]
    public async Task A_flood_fills_anothers_queue_to_its_limit_delays_bans_and_ends_with_its_revocation(int bodySize, string done)
    {
        bool isLong = Soak.Times(0, 1) == 1;
        (int messages, long bytes) = isLong ? (1_000_000, 512L * 1024 * 1024) : (1000, 40L * 1024 * 1024);
        if (!isLong)
        {
            await LimitAsync(messages, bytes);
        }

        TimeSpan before = await DelayAsync();
        await using Flood flood = await Flood.StartAsync(broker, intruder, isLong ? 8 : 3, bodySize);
        await HoldsNoMoreThanAsync(messages, bytes, TimeSpan.FromSeconds(Soak.Times(2, 45)));
        await Eventually.TrueAsync(async () => await MessagesAsync("b_error") > 0, () => receiver.LastWords);
        Task<TimeSpan> delay = DelayAsync();
        if (isLong)
        {
            await delay;
        }

        await flood.GrowsAsync(1);
        TimeSpan lasted = flood.Lasted;
        string size = await SizeAsync(lasted);
        long disk = broker.BytesOnDisk;
        int written = Lines.Count(line => line.Contains(" server=evil ", StringComparison.Ordinal));
        Assert.InRange(written, 0, MaxBans);
        Assert.InRange(await MessagesAsync("b_error"), 0, bodySize > 0 ? 1000 : 10_000);
        TimeSpan revoked = await RevokeAsync();
        await Eventually.TrueAsync(() => flood.IsOver, () => "The flood goes on.");
        TimeSpan during = await delay;
        Table.Add(
            done,
            Seconds(lasted),
            F($"an offline server's queue: {size}; the broker's disk: {disk / 1e6:N0} MB; {written:N0} of its bans written by a peer"),
            F($"a ban took {during.TotalSeconds:0.00} s, not {before.TotalSeconds:0.00} s; revoking took {revoked.TotalSeconds:0.0} s"),
            "max-length, max-length-bytes (init); maxbans (consumer)");
    }

    [Fact]
    public async Task A_queue_that_refuses_everybodys_bans_stops_none_up_to_a_thousand_and_copies_become_rare()
    {
        int bans = Soak.Times(20, 3000);
        await using Sender sender = await Sender.ConnectAsync(broker, intruder);
        await DeclareAgainAsync(sender, isExclusive: false, new() { ["x-overflow"] = "reject-publish", ["x-max-length"] = 0 });
        long start = TimeProvider.System.GetTimestamp();
        await LogAsync(bans);
        await Eventually.TrueAsync(() => receiver.Bans.Count >= Math.Min(bans, 1000), () => receiver.LastWords);
        await producer.SaysAsync("does not confirm bans");
        TimeSpan length = TimeSpan.FromSeconds(Soak.Times(9, 60));
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(start) > length, () => "", length * 2);
        long copies = await MessagesAsync("off");
        // At once, and after 1, 3 and 7 s: at a constant second it would be nine times.
        Assert.InRange(copies, Math.Min(bans, 1000), bans * Soak.Times(5, 8));
        int arrived = receiver.Bans.Count;
        Assert.Contains(
            $"The queue {Own} has arguments that no F2bBroker sets (x-max-length, x-overflow)",
            (await broker.AdminAsync("status")).Output);
        Assert.Equal(0, producer.Count(" Published: "));
        await RevokeAsync();
        await Eventually.TrueAsync(
            () => producer.Count("The broker confirms bans again.") > 0,
            () => origin.LastWords,
            TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() => receiver.Bans.Count == bans, () => receiver.LastWords, TimeSpan.FromMinutes(2));
        Table.Add(
            "Its queue declared anew with x-overflow=reject-publish and x-max-length=0, so that each ban of each server is refused to "
                + "its sender",
            Seconds(length),
            F($"{bans:N0} bans of a server: {copies:N0} messages in an offline server's queue"),
            F($"{arrived:N0} of {bans:N0} bans arrived until the revocation, all after it, none twice"),
            "nothing on the broker; the producer's back-off to 60 s and its window of 1,000");
    }

    [Fact]
    public async Task A_queue_that_is_bound_many_times_slows_publishing_and_goes_with_its_revocation()
    {
        int times = Soak.Times(300, 10_000);
        await using Sender honest = await Sender.ConnectAsync(broker, origin);
        TimeSpan before = await PublishingAsync(honest);
        long memory = await MemoryAsync();
        long start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => BindAsync(times, part)));
        TimeSpan lasted = TimeProvider.System.GetElapsedTime(start);
        TimeSpan during = await PublishingAsync(honest);
        long more = await MemoryAsync() - memory;
        await DelayAsync();
        Assert.Contains(
            F($"The queue {Own} is bound {times + 1:N0} times to f2b.bans, once is right."),
            (await broker.AdminAsync("status")).Output);
        TimeSpan revoked = await RevokeAsync();
        Assert.DoesNotContain(Own, (await broker.GetAsync("bindings/f2b?columns=source,destination,destination_type"))!.ToJsonString());
        Table.Add(
            F($"Its queue bound {times:N0} times to f2b.bans"),
            Seconds(lasted),
            F($"{more / 1e6:N0} MB more of the broker's memory"),
            F($"a confirmed publish took {during / before:0.0} times as long; revoking took {revoked.TotalSeconds:0.0} s"),
            "nothing on the broker");
    }

    [Fact]
    public async Task The_brokers_own_limits_of_body_and_headers_keep_large_messages_from_everybody()
    {
        await SetAsync("max_message_size", 65536);
        await SetAsync("frame_max", 8192);
        try
        {
            Assert.Equal((0, 0), (await producer.StopAsync(), await consumer.StopAsync()));
            (producer, consumer) = (await origin.StartProducerAsync(), await receiver.StartConsumerAsync());
            await using Sender sender = await Sender.ConnectAsync(broker, intruder);
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

    [Fact]
    public async Task Revoking_and_a_new_password_end_a_queue_that_it_holds_for_itself_alone()
    {
        await using Sender sender = await Sender.ConnectAsync(broker, intruder);
        await DeclareAgainAsync(sender, isExclusive: true, []);
        Built.Outcome forced = await broker.AdminAsync("enroll", "evil", "--force");
        Assert.True(forced.ExitCode == 0, forced.Errors);
        Assert.True((bool)(await broker.GetAsync($"queues/f2b/{Own}"))!["durable"]!);
        await RevokeAsync();
        Assert.Null(await broker.GetAsync($"queues/f2b/{Own}"));
    }

    private IEnumerable<string> Lines => File.ReadAllLines(receiver.BansLog);

    private static string Seconds(TimeSpan time) => F($"{time.TotalSeconds:0} s");

    private static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task DeclareAgainAsync(Sender sender, bool isExclusive, Dictionary<string, object?> arguments)
    {
        await using IChannel channel = await sender.ChannelAsync();
        await channel.QueueDeleteAsync(Own);
        await channel.QueueDeclareAsync(Own, durable: !isExclusive, isExclusive, autoDelete: false, arguments);
        await channel.QueueBindAsync(Own, "f2b.bans", "");
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

    /// <summary>As <c>rabbitmq.conf</c> does, for channels that are opened from now on.</summary>
    private Task SetAsync(string key, int value) => broker.ControlAsync("eval", F($"application:set_env(rabbit, {key}, {value})."));

    /// <summary>Limits the offline server's queue, as an operator may; the others keep what <c>init</c> set.</summary>
    private Task LimitAsync(int messages, long bytes) => broker.PutAsync("policies/f2b/small", new()
    {
        ["pattern"] = @"^f2b\.bans\.off$",
        ["apply-to"] = "queues",
        ["priority"] = 1,
        ["definition"] = new JsonObject { ["max-length"] = messages, ["max-length-bytes"] = bytes, ["overflow"] = "drop-head" },
    });

    private async Task HoldsNoMoreThanAsync(int messages, long bytes, TimeSpan length)
    {
        long start = TimeProvider.System.GetTimestamp();
        bool isSeen = false;
        await Eventually.TrueAsync(
            async () =>
            {
                JsonNode queue = (await broker.GetAsync("queues/f2b/f2b.bans.off"))!;
                long held = (long?)queue["messages"] ?? 0;
                Assert.InRange(held, 0, messages);
                Assert.InRange((long?)queue["message_bytes"] ?? 0, 0, bytes);
                isSeen |= held > 0;
                return isSeen && TimeProvider.System.GetElapsedTime(start) > length;
            },
            () => "Nothing came.",
            length + TimeSpan.FromMinutes(1));
    }

    /// <summary>How long a ban takes from fail2ban's log to the receiver's, the longest of five.</summary>
    private async Task<TimeSpan> DelayAsync()
    {
        string[] addresses = await LogAsync(5);
        string[] lines = [];
        await Eventually.TrueAsync(
            () => (lines = [.. Lines.Where(line => addresses.Contains(line.Split(' ')[2]))]).Length == addresses.Length,
            () => $"{lines.Length} of {addresses.Length} came. {producer.SaidBut(" Published: ")} {consumer.SaidBut(" Written: ")}",
            TimeSpan.FromMinutes(Soak.Times(3, 10)));
        return lines.Max(line => Moment(line.Split(' ')[0]) - Moment(line.Split("detected=")[1]));
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private async Task<string[]> LogAsync(int count)
    {
        string[] addresses = [.. Enumerable.Range(logged, count).Select(number => $"203.0.{number / 250}.{1 + number % 250}")];
        logged += count;
        await origin.LogBansAsync(addresses);
        return addresses;
    }

    private async Task BindAsync(int times, int part)
    {
        await using Sender sender = await Sender.ConnectAsync(broker, intruder);
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

    private async Task<TimeSpan> RevokeAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        Built.Outcome outcome = await broker.AdminAsync("revoke", "evil");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return TimeProvider.System.GetElapsedTime(start);
    }

    private async Task<long> MessagesAsync(string server) =>
        (long?)(await broker.GetAsync($"queues/f2b/f2b.bans.{server}"))!["messages"] ?? 0;

    /// <summary>What the broker took, not what still stands in the flood's sockets.</summary>
    private async Task<string> SizeAsync(TimeSpan lasted)
    {
        JsonNode queue = (await broker.GetAsync("queues/f2b/f2b.bans.off"))!;
        long messages = (long?)queue["messages"] ?? 0;
        double size = ((long?)queue["message_bytes"] ?? 0) / 1048576.0;
        return F($"{messages:N0} messages ({messages / lasted.TotalSeconds:N0} a second), {size:N0} MiB");
    }

    private async Task<long> MemoryAsync()
    {
        long? used = null;
        await Eventually.TrueAsync(
            async () => (used = (long?)((JsonArray)(await broker.GetAsync("nodes"))!)[0]!["mem_used"]) is not null,
            () => "The broker has not counted yet.");
        return used!.Value;
    }
}
