namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A disk that refuses for a while, while bans flow.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Broker", "own")]
public sealed class DiskTests(PrivateBroker broker) : IAsyncLifetime
{
    private const string LogRefused = "Cannot write ";
    private const string LogWorks = "Can write ";
    private const string CheckpointRefused = "Cannot save the checkpoint";
    private const string CheckpointWorks = "Can save the checkpoint again";

    private Server origin = null!;
    private Server receiver = null!;
    private SmallDisk disk = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, SmallDisk.Needed);
        disk = await SmallDisk.MountAsync();
        await broker.ResetAsync();
        origin = await Server.EnrollAsync(broker, "a");
        receiver = await Server.EnrollAsync(broker, "b", Load.NoLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await (origin?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (receiver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (disk?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task A_full_disk_under_the_monitored_log_keeps_the_bans_at_the_broker()
    {
        receiver.MoveBansLog(disk.Path);
        await origin.StartProducerAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await SurviveAsync(consumer, (LogRefused, LogWorks), "The monitored log's disk full, then freed", FillAsync, FreeAsync);
    }

    [Fact]
    public async Task A_read_only_disk_under_the_monitored_log_keeps_the_bans_at_the_broker()
    {
        receiver.MoveBansLog(disk.Path);
        await origin.StartProducerAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await SurviveAsync(
            consumer,
            (LogRefused, LogWorks),
            "The monitored log's disk read-only, then writable",
            disk.MakeReadOnlyAsync,
            disk.MakeWritableAsync);
    }

    [Fact]
    public async Task A_full_disk_under_the_checkpoint_stops_no_ban()
    {
        origin.MoveCheckpoint(disk.Path);
        Daemon producer = await origin.StartProducerAsync();
        await receiver.StartConsumerAsync();
        await SurviveAsync(producer, (CheckpointRefused, CheckpointWorks), "The checkpoint's disk full, then freed", FillAsync, FreeAsync);
    }

    [Fact]
    public async Task A_read_only_disk_under_the_checkpoint_stops_no_ban()
    {
        origin.MoveCheckpoint(disk.Path);
        Daemon producer = await origin.StartProducerAsync();
        await receiver.StartConsumerAsync();
        await SurviveAsync(
            producer,
            (CheckpointRefused, CheckpointWorks),
            "The checkpoint's disk read-only, then writable",
            disk.MakeReadOnlyAsync,
            disk.MakeWritableAsync);
    }

    [Fact]
    public async Task A_disk_that_is_full_for_longer_than_the_broker_waits_for_an_acknowledgement_loses_nothing()
    {
        int times = Soak.Times(1, 3);
        receiver.MoveBansLog(disk.Path);
        await origin.StartProducerAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await using Load load = new Load(origin, receiver, Random.Shared.Next()).Start();
        for (int i = 1; i <= times; i++)
        {
            await FillAsync();
            await SaysAsync(consumer, LogRefused, i);
            // The broker closes the consumer's channel, and has the same bans to deliver again.
            await Eventually.TrueAsync(
                async () => (int?)(await broker.GetAsync("queues/f2b/f2b.bans.b"))?["consumers"] == 0,
                () => $"The broker still waits:\n{consumer.Said}");
            await load.GrowsAsync(50);
            await FreeAsync();
            await SaysAsync(consumer, LogWorks, i);
            await load.FlowsAsync();
        }

        await load.EndsWellAsync("The monitored log's disk full for longer than the broker's consumer timeout", times);
        Assert.Equal((times, times), (consumer.Count(LogRefused), consumer.Count(LogWorks)));
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
    }

    [Fact]
    public async Task Daemons_killed_while_their_disk_is_full_lose_nothing()
    {
        int times = Soak.Times(1, 5);
        receiver.MoveBansLog(disk.Path);
        origin.MoveCheckpoint(disk.Path);
        Daemon producer = await origin.StartProducerAsync();
        Daemon consumer = await receiver.StartConsumerAsync();
        await using Load load = new Load(origin, receiver, Random.Shared.Next()).Start();
        for (int i = 1; i <= times; i++)
        {
            await FillAsync();
            await SaysAsync(consumer, LogRefused, 1);
            await SaysAsync(producer, CheckpointRefused, 1);
            await consumer.KillAsync();
            await producer.KillAsync();
            producer = origin.Start(Built.Producer);
            consumer = receiver.Start(Built.Consumer);
            await load.GrowsAsync(50);
            await FreeAsync();
            await load.FlowsAsync();
        }

        await load.EndsWellAsync("Both daemons killed while the disk of log and checkpoint was full", times, torn: times);
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
    }

    private async Task SurviveAsync(Daemon daemon, (string Begins, string Ends) words, string done, Func<Task> refuse, Func<Task> allow)
    {
        int times = Soak.Times(1, 3);
        await using Load load = new Load(origin, receiver, Random.Shared.Next()).Start();
        for (int i = 1; i <= times; i++)
        {
            await load.GrowsAsync(20);
            await load.FlowsAsync();
            await refuse();
            await SaysAsync(daemon, words.Begins, i);
            await load.GrowsAsync(100);
            await allow();
            await SaysAsync(daemon, words.Ends, i);
        }

        await load.EndsWellAsync(done, times);
        Assert.Equal((times, times), (daemon.Count(words.Begins), daemon.Count(words.Ends)));
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
    }

    private static Task SaysAsync(Daemon daemon, string text, int times) =>
        Eventually.TrueAsync(
            () => daemon.Count(text) >= times,
            () => $"'{text}' is not said {times} times:\n{daemon.SaidBut(" Published: ", " Written: ")}");

    private Task FillAsync()
    {
        disk.Fill();
        return Task.CompletedTask;
    }

    private Task FreeAsync()
    {
        disk.Free();
        return Task.CompletedTask;
    }
}
