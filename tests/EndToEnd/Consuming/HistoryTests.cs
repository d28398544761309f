using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>The stream of the last day's bans: what a new server reads from it, and which lost bans it restores.</summary>
public sealed class HistoryTests(TestBroker broker) : IAsyncLifetime
{
    private const string FinishedReading = "Finished reading f2b.history from ";

    private TestGroup group = null!;
    private Sender sender = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        sender = await group.EnrollSenderAsync("web1");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_new_server_receives_all_bans_within_maxage_while_live_bans_arrive()
    {
        await PublishAsync(Old(0, 50));
        await PublishAsync(Young(0, 1000));
        Server receiver = await group.EnrollAsync("web2", "maxage = 2h");
        Daemon consumer = receiver.Start(Built.Consumer);
        await PublishAsync(Young(1000, 100));
        await receiver.HasBansAsync(1100);
        await consumer.SaysAsync(FinishedReading);
        Assert.Equal(Addresses(0, 1100), receiver.Addresses.Order());
        await consumer.SaysOnceAsync(FinishedReading);
    }

    [Fact]
    public async Task A_consumer_killed_at_random_moments_of_its_first_start_writes_every_ban_once()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        await PublishAsync(Young(0, 3000));
        Server receiver = await group.EnrollAsync("web2");
        for (int kill = 0; kill < 10; kill++)
        {
            Daemon killed = receiver.Start(Built.Consumer);
            await random.DelayAsync(1500);
            await killed.KillAsync();
        }

        await (await receiver.StartConsumerAsync()).SaysAsync(FinishedReading);
        // A kill may have torn a line.
        string[] whole = [.. receiver.Addresses.Where(address => address.StartsWith("198.51.", StringComparison.Ordinal)).Order()];
        Assert.True(
            Addresses(0, 3000).SequenceEqual(whole),
            $"{whole.Length} lines, {whole.Distinct().Count()} of them different (seed {seed})");
    }

    [Fact]
    public async Task A_queue_deleted_while_bans_flow_loses_no_ban()
    {
        Server receiver = await group.EnrollAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        for (int i = 0; i < 200; i += 10)
        {
            await PublishAsync(Young(i, 10));
            if (i is 50 or 120)
            {
                await broker.DeleteAsync("queues/f2b/f2b.bans.web2");
            }
        }

        await receiver.HasBansAsync(200);
        Assert.Equal(Addresses(0, 200), receiver.Addresses.Order());
        await consumer.SaysAsync("did not exist and was recreated. Other servers' bans ");
        await consumer.SaysAsync("that are missing are read from f2b.history");
    }

    [Fact]
    public async Task Bans_dropped_by_the_length_limit_while_the_server_was_offline_are_restored()
    {
        Server receiver = await group.EnrollAsync("web2");
        await broker.PutAsync(
            "policies/f2b/short",
            new()
            {
                ["pattern"] = "^f2b.bans.web2$",
                ["priority"] = 9,
                ["definition"] = new System.Text.Json.Nodes.JsonObject { ["max-length"] = 10 },
            });
        await PublishAsync(Young(0, 60));
        await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(60);
    }

    [Fact]
    public async Task Without_history_only_the_queue_is_read()
    {
        await PublishAsync(Young(0, 5));
        Server receiver = await group.EnrollAsync("web2", "history = 0");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(Young(5, 1));
        await receiver.HasBansAsync(1);
        await broker.DeleteAsync("queues/f2b/f2b.bans.web2");
        await consumer.SaysAsync("may be missing");
        Assert.Equal(0, consumer.Count("f2b.history"));
    }

    [Fact]
    public async Task Without_the_stream_live_bans_are_written()
    {
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Server receiver = await group.EnrollAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync("The broker has no stream f2b.history. Bans published before ");
        await PublishAsync(Young(0, 1));
        await receiver.HasBansAsync(1);
    }

    [Fact]
    public async Task A_stream_that_is_created_later_is_read_without_a_restart()
    {
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Server receiver = await group.EnrollAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync("The broker has no stream f2b.history. Bans published before ");
        // From now on, only the stream can bring a ban.
        await broker.DeleteAsync("bindings/f2b/e/f2b.bans/q/f2b.bans.web2/~");
        await consumer.SuspendAsync();
        Assert.Equal(0, (await broker.AdminAsync("init")).ExitCode);
        await PublishAsync(Young(0, 10));
        await consumer.ResumeAsync();
        await receiver.HasBansAsync(10);
        await consumer.SaysOnceAsync("The broker has no stream");
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task A_ban_that_the_queue_did_not_receive_may_reach_the_stream_after_it_was_read()
    {
        Server receiver = await group.EnrollAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await consumer.SaysAsync(FinishedReading);
        await broker.DeleteAsync("bindings/f2b/e/f2b.bans/q/f2b.bans.web2/~");
        await PublishAsync(Young(0, 1));
        // The stream is read again a minute later.
        await receiver.HasBansAsync(1);
        await consumer.SaysAsync(FinishedReading, 2);
    }

    [Fact]
    public async Task Maxbans_limits_the_bans_of_the_stream_at_each_start()
    {
        await PublishAsync(Young(0, 50));
        Server receiver = await group.EnrollAsync("web2", "maxbans = 20/10m");
        for (int start = 0; start < 3; start++)
        {
            Daemon consumer = await receiver.StartConsumerAsync();
            await consumer.SaysAsync(FinishedReading);
            Assert.Equal(0, await consumer.StopAsync());
            await consumer.SaysOnceAsync("Skipped in f2b.history: 30 of a server that reported more than maxbans.");
            Assert.Equal(Addresses(0, 50).Take(20), receiver.Addresses.Order());
        }
    }

    private Task PublishAsync(IEnumerable<string> bodies) => sender.PublishAllAsync(bodies.Select(System.Text.Encoding.UTF8.GetBytes));

    private IEnumerable<string> Young(int first, int count) => Addresses(first, count).Select(address => sender.Body(address));

    private static IEnumerable<string> Old(int first, int count) =>
        Addresses(first, count)
            .Select(address =>
                $$"""{"ip":"{{address}}","jail":"old","server":"web1","detectedAt":"{{ThreeHoursAgo}}"}""");

    private static IEnumerable<string> Addresses(int first, int count) =>
        Enumerable.Range(first, count).Select(i => $"198.51.{100 + i / 250}.{i % 250}").Order();

    private static string ThreeHoursAgo => $"{TimeProvider.System.GetUtcNow().AddHours(-3):yyyy-MM-ddTHH:mm:ss.fffZ}";
}
