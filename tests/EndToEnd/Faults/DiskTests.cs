namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A disk that cannot be written for a while, while bans flow.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class DiskTests(PrivateBroker broker) : IAsyncLifetime
{
    private const string LogRefused = "Cannot write ";
    private const string LogWorks = "Can write ";
    private const string CheckpointRefused = "Cannot save the checkpoint";
    private const string CheckpointWorks = "Can save the checkpoint again";

    private TestGroup? group;
    private Server origin = null!;
    private Server receiver = null!;
    private SmallDisk disk = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, SmallDisk.SkipReason);
        group = await TestGroup.StartAsync(broker);
        disk = group.Add(await SmallDisk.MountAsync());
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b", Load.NoLimit);
    }

    public ValueTask DisposeAsync() => group?.DisposeAsync() ?? ValueTask.CompletedTask;

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
            await consumer.SaysAsync(LogRefused, i);
            // The broker closes the consumer's channel, and delivers the same bans again.
            await Eventually.TrueAsync(
                async () => (int?)(await broker.GetAsync("queues/f2b/f2b.bans.b"))?["consumers"] == 0,
                () => $"The broker has not closed the channel:\n{consumer.Said}");
            await load.GrowsAsync(50);
            await FreeAsync();
            await consumer.SaysAsync(LogWorks, i);
            await load.FlowsAsync();
        }

        await load.StopAndAssertAsync("The monitored log's disk full for longer than the broker's consumer timeout", times);
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
            await consumer.SaysAsync(LogRefused, 1);
            await producer.SaysAsync(CheckpointRefused, 1);
            await consumer.KillAsync();
            await producer.KillAsync();
            producer = origin.Start(Built.Producer);
            consumer = receiver.Start(Built.Consumer);
            await load.GrowsAsync(50);
            await FreeAsync();
            await load.FlowsAsync();
        }

        await load.StopAndAssertAsync("Both daemons killed while the disk of log and checkpoint was full", times, torn: times);
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
    }

    private async Task SurviveAsync(Daemon daemon, (string Problem, string End) messages, string done, Func<Task> refuse, Func<Task> allow)
    {
        int times = Soak.Times(1, 3);
        await using Load load = new Load(origin, receiver, Random.Shared.Next()).Start();
        for (int i = 1; i <= times; i++)
        {
            await load.GrowsAsync(20);
            await load.FlowsAsync();
            await refuse();
            await daemon.SaysAsync(messages.Problem, i);
            await load.GrowsAsync(100);
            await allow();
            await daemon.SaysAsync(messages.End, i);
        }

        await load.StopAndAssertAsync(done, times);
        Assert.Equal((times, times), (daemon.Count(messages.Problem), daemon.Count(messages.End)));
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
    }



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
