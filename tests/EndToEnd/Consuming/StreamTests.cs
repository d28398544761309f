using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>A consumer without a queue, which follows the stream from its last position.</summary>
public sealed class StreamTests(TestBroker broker) : IAsyncLifetime
{
    private const string Gap = "f2b.history no longer holds all bans that other servers reported between ";

    private TestGroup group = null!;
    private Server origin = null!;
    private Sender sender = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("web1");
        sender = await group.ConnectAsync(origin);
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_first_start_reads_the_history_and_then_follows_without_any_object_on_the_broker()
    {
        await PublishAsync(0, 20);
        Server receiver = await group.EnrollFromStreamAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(20);
        await PublishAsync(20, 5);
        await receiver.HasBansAsync(25);
        Assert.Equal(Addresses(0, 25), receiver.Addresses.Order());
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(24, receiver.Positions[^1].Offset);
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web2"));
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web2_error"));
    }

    [Fact]
    public async Task History_limits_the_first_start_only()
    {
        await sender.PublishAsync(Body("203.0.113.1", TimeSpan.FromHours(-3)));
        Server receiver = await group.EnrollFromStreamAsync("web2", "maxage = 2h", "history = 1s");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        Assert.Equal(0, await consumer.StopAsync());
        await PublishAsync(1, 10);
        await HistoryIsOverAsync();
        await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(11);
    }

    [Fact]
    public async Task Bans_that_were_missed_are_read_by_position_whatever_their_times_are()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        Assert.Equal(0, await consumer.StopAsync());
        await sender.PublishAsync(Body("203.0.113.1", TimeSpan.FromHours(-20)));
        await sender.PublishAsync(Body("203.0.113.2", TimeSpan.FromMinutes(9)));
        await PublishAsync(1, 600);
        await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(603);
        Assert.Equal(603, receiver.Addresses.Distinct().Count());
    }

    [Fact]
    public async Task A_killed_consumer_writes_no_ban_twice()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 100);
        await receiver.HasBansAsync(100);
        await PublishAsync(100, 100);
        await receiver.HasBansAsync(200);
        await consumer.KillAsync();
        await PublishAsync(200, 100);
        Daemon again = await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(300);
        Assert.Equal(0, again.Count(Gap));
        Assert.Equal(Addresses(0, 300), receiver.Addresses.Order());
    }

    [Fact]
    public async Task The_position_survives_a_rotation_of_the_log()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2", "history = 1s");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        Assert.Equal(0, await consumer.StopAsync());
        PositionLine stopped = receiver.Positions[^1];
        Rotation.Rotate(receiver.BansLog);
        await PublishAsync(1, 5);
        await HistoryIsOverAsync();
        await receiver.StartConsumerAsync();
        // fail2ban may not have read the first one, so it is repeated.
        await Eventually.TrueAsync(() => receiver.Addresses.Intersect(Addresses(1, 5)).Count() == 5, () => receiver.Said);
        Assert.Equal(stopped, receiver.Positions[0]);
    }

    [Fact]
    public async Task A_stream_that_was_deleted_is_noticed_and_read_from_its_beginning()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 50);
        await receiver.HasBansAsync(50);
        await RecreateStreamAsync();
        await PublishAsync(50, 10);
        await receiver.HasBansAsync(60);
        await consumer.SaysAsync(Gap);
        Assert.Equal(0, await consumer.StopAsync());

        // The new stream is longer than the position, so only the hash shows that it is another one.
        await RecreateStreamAsync();
        await PublishAsync(60, 90);
        Daemon again = await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(150);
        await again.SaysAsync(Gap);
        Assert.Equal(Addresses(0, 150), receiver.Addresses.Order());
    }

    [Fact]
    public async Task A_gap_names_the_time_span_that_the_stream_no_longer_holds()
    {
        await ShortenStreamAsync();
        Server receiver = await group.EnrollFromStreamAsync("web2", Load.NoLimit);
        PortPair ports = await receiver.MeasureAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        Assert.Equal(0, await consumer.StopAsync());
        PositionLine stopped = receiver.Positions[^1];
        await PublishAsync(1, 4000);
        Daemon again = await receiver.StartConsumerAsync();
        await again.SaysAsync($"{Gap}{UtcTimestamp.Format(stopped.ReachedAt)} and ");
        await Scrape.ShowsAsync(ports.Second, "f2bbroker_stream_gap_total 1");
        await PublishAsync(4001, 1);
        await Eventually.TrueAsync(() => receiver.Addresses.Contains(Addresses(4001, 1).Single()), () => again.Said);
        Assert.InRange(receiver.Bans.Count, 2, 4000);
        Assert.Equal(receiver.Bans.Count, receiver.Bans.Distinct().Count());
    }

    [Fact]
    public async Task Refused_messages_are_counted_and_logged_but_not_copied()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2");
        PortPair ports = await receiver.MeasureAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await sender.PublishAsync("{}");
        await sender.PublishAsync(sender.Body("203.0.113.1", "web3"));
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        await consumer.SaysAsync("Refused a message of 'web1': ");
        await consumer.SaysAsync("It is in f2b.history.");
        await Scrape.ShowsAsync(ports.Second, """f2bbroker_messages_refused_total{origin="web1",reason="sender"} 1""");
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web2_error"));
    }

    [Fact]
    public async Task Maxbans_limits_missed_bans_and_live_ones()
    {
        await PublishAsync(0, 50);
        Server receiver = await group.EnrollFromStreamAsync("web2", "maxbans = 20/10m");
        PortPair ports = await receiver.MeasureAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await receiver.HasBansAsync(20);
        await Scrape.ShowsAsync(
            ports.Second,
            """f2bbroker_bans_skipped_total{reason="of a server that reported more than maxbans"} 30""");
        await consumer.StopAsync();
        await consumer.SaysOnceAsync("Skipped bans: 30 of a server that reported more than maxbans.");
        Daemon again = await receiver.StartConsumerAsync();
        await PublishAsync(50, 30);
        await again.SaysAsync("web1 is quarantined: it reported more than 20 bans within 10 minutes (maxbans). Its bans are skipped ");
        await again.StopAsync();
        Assert.InRange(receiver.Bans.Count, 20, 40);
    }

    [Fact]
    public async Task A_flood_of_missed_bans_with_false_times_is_limited_by_the_absence()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2", "maxbans = 20/10m");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        Assert.Equal(0, await consumer.StopAsync());
        // By their own times, they are within the limit.
        await sender.PublishAllAsync(Enumerable.Range(1, 100).Select(i =>
            System.Text.Encoding.UTF8.GetBytes(Body($"203.0.113.{i}", TimeSpan.FromMinutes(-11 * (101 - i))))));
        Daemon again = await receiver.StartConsumerAsync();
        await again.SaysAsync("web1 is quarantined: ");
        Assert.Equal(0, await again.StopAsync());
        Assert.InRange(receiver.Bans.Count, 20, 25);
    }

    [Fact]
    public async Task Bans_that_were_in_the_future_for_a_clock_that_is_behind_are_read_again_when_it_is_set_forward()
    {
        using TempFolder folder = new();
        string clock = folder["clock"];
        Server receiver = await group.EnrollFromStreamAsync("web2");
        await File.WriteAllTextAsync(clock, "+0", TestContext.Current.CancellationToken);
        Daemon consumer = await receiver.StartConsumerAsync(FakeClock.FromFile(clock));
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
        await File.WriteAllTextAsync(clock, "-2h", TestContext.Current.CancellationToken);
        await PublishAsync(1, 10);
        await consumer.SaysAsync("is more than 10 minutes in the future");
        // This one never becomes valid.
        await sender.PublishAsync(Body("203.0.113.1", TimeSpan.FromDays(300)));
        await File.WriteAllTextAsync(clock, "+0", TestContext.Current.CancellationToken);
        await PublishAsync(11, 1);
        await consumer.SaysAsync("The clock has been set forward.");
        await receiver.HasBansAsync(12);
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(12, receiver.Positions[^1].Offset);
    }

    [Fact]
    public async Task A_missing_stream_is_awaited_and_followed_as_soon_as_it_exists()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2");
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Daemon consumer = receiver.Start(Built.Consumer);
        await consumer.SaysAsync("The broker has no stream f2b.history: run f2bbroker init. Retrying.");
        Assert.Equal(0, (await broker.AdminAsync("init")).ExitCode);
        await PublishAsync(0, 3);
        await receiver.HasBansAsync(3);
        await consumer.SaysOnceAsync("The broker has no stream");
    }

    [Fact]
    public async Task A_login_that_may_not_read_the_stream_ends_the_consumer_with_what_to_do()
    {
        Server reporter = group.Add(await Server.EnrollAsync(broker, "web3", Role.Reporter));
        Daemon consumer = reporter.Start(Built.Consumer, "F2BBROKER_CONSUMER__QUEUETYPE=stream");
        Assert.Equal(ExitCode.Configuration, await consumer.EndAsync());
        Assert.Contains("'web3' may not receive bans: it is enrolled as a reporter", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_still_has_a_queue_is_warned_that_nobody_reads_it()
    {
        Server receiver = await group.EnrollAsync("web3");
        Daemon consumer = await receiver.StartConsumerAsync("F2BBROKER_CONSUMER__QUEUETYPE=stream");
        await consumer.SaysAsync("'web3' is enrolled with a queue, in which bans would wait that nobody reads");
        await PublishAsync(0, 1);
        await receiver.HasBansAsync(1);
    }

    [Fact]
    public async Task A_lost_connection_loses_no_ban_and_writes_none_twice()
    {
        Server receiver = await group.EnrollFromStreamAsync("web2");
        Daemon consumer = await receiver.StartConsumerAsync();
        for (int i = 0; i < 5; i++)
        {
            await PublishAsync(i * 40, 40);
            await broker.CloseConnectionsAsync(daemons: 1);
            sender = await group.ConnectAsync(origin);
        }

        await receiver.HasBansAsync(200);
        Assert.Equal(Addresses(0, 200), receiver.Addresses.Order());
        Assert.Equal(0, consumer.Count(Gap));
    }

    private Task PublishAsync(int first, int count) => sender.PublishAllAsync(
        Addresses(first, count).Select(address => System.Text.Encoding.UTF8.GetBytes(sender.Body(address))));

    /// <summary>Waits until what was published by now is older than <c>history = 1s</c>.</summary>
    private static Task HistoryIsOverAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        return Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(start).TotalSeconds > 2, () => "");
    }

    private async Task RecreateStreamAsync()
    {
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Assert.Equal(0, (await broker.AdminAsync("init")).ExitCode);
    }

    /// <summary>Gives the stream segments of some hundred bans, of which it keeps a few.</summary>
    private async Task ShortenStreamAsync()
    {
        await broker.PutAsync("policies/f2b/f2b.history-limits", new JsonObject
        {
            ["pattern"] = "^f2b\\.history$",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject { ["max-length-bytes"] = 100_000, ["stream-max-segment-size-bytes"] = 50_000 },
        });
        await RecreateStreamAsync();
    }

    private static string Body(string ip, TimeSpan age) =>
        $$"""{"ip":"{{ip}}","jail":"sshd","server":"web1","detectedAt":"{{UtcTimestamp.Format(TimeProvider.System.GetUtcNow() + age)}}"}""";

    private static IEnumerable<string> Addresses(int first, int count) =>
        Enumerable.Range(first, count).Select(i => $"198.51.{100 + i / 250}.{i % 250}").Order();
}
