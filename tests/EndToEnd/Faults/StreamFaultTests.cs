using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Faults while a consumer follows the stream. No server of the group has a queue.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class StreamFaultTests(PrivateBroker broker) : LoadedGroup<PrivateBroker>(broker, QueueType.Stream)
{
    private const int MaxDelayMilliseconds = 1500;
    private const string Gap = "no longer holds all bans";
    private const string LogRefused = "Cannot write ";
    private const string ChannelClosed = "has timed out waiting for";

    private int kills;

    [Fact]
    public async Task Consumer_and_broker_killed_and_stopped_in_turn_lose_no_ban_and_write_none_twice()
    {
        Random random = new();
        int times = Soak.Times(12, 200);
        for (int i = 1; i <= times; i++)
        {
            if (i % 4 == 1)
            {
                RotateBansLog();
            }

            await random.DelayAsync(MaxDelayMilliseconds);
            await RestartAsync(i);
        }

        await StopAndAssertAsync("Consumer and broker killed and stopped in turn, the monitored log rotated in between", times);
    }

    [Fact]
    public async Task A_memory_alarm_delays_bans_and_loses_none()
    {
        int times = Soak.Times(1, 3);
        for (int i = 1; i <= times; i++)
        {
            await Broker.ControlAsync("set_vm_memory_high_watermark", "0.000001");
            await Eventually.TrueAsync(() => Broker.HasAlarmAsync("mem_alarm"), () => "No alarm.");
            await load.GrowsAsync(100);
            await Broker.ControlAsync("set_vm_memory_high_watermark", "0.4");
            await load.FlowsAsync();
        }

        await StopAndAssertAsync("The broker's memory alarm raised and cleared", times);
    }

    [Fact]
    public async Task A_disk_that_is_full_for_longer_than_the_brokers_consumer_timeout_loses_nothing_even_if_the_consumer_is_killed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, SmallDisk.SkipReason);
        await using SmallDisk disk = await SmallDisk.MountAsync();
        int times = Soak.Times(1, 5);
        await StopConsumerAsync();
        receiver.MoveBansLog(disk.Path);
        consumer = await receiver.StartConsumerAsync();
        for (int i = 1; i <= times; i++)
        {
            await load.FlowsAsync();
            disk.Fill();
            await ChannelIsClosedAsync();
            await KillConsumerAsync();
            consumer = receiver.Start(Built.Consumer);
            await ChannelIsClosedAsync();
            await load.GrowsAsync(50);
            disk.Free();
            await load.FlowsAsync();
        }

        await StopAndAssertAsync(
            "The monitored log's disk full for longer than the broker's consumer timeout, the consumer killed meanwhile",
            times);
    }

    [Fact]
    public async Task A_deleted_stream_that_init_creates_again_loses_no_ban_that_it_did_not_hold()
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await load.SuspendAsync();
            await load.FlowsAsync();
            await Broker.DeleteAsync($"queues/f2b/{Topology.HistoryStream}");
            load.Resume();
            await load.GrowsAsync(50);
            await producer.SaysAsync("no queue is bound to f2b.bans", i);
            Assert.Equal(0, (await Broker.AdminAsync("init")).ExitCode);
            await load.FlowsAsync();
            await consumer.SaysAsync(Gap, i);
        }

        await StopAndAssertAsync("The stream deleted, and created by init while bans wait at the producer", times, gaps: times);
    }

    [Fact]
    public async Task Connections_closed_by_an_operator_are_reestablished()
    {
        int times = Soak.Times(3, 20);
        for (int i = 1; i <= times; i++)
        {
            await Broker.CloseConnectionsAsync();
            await load.GrowsAsync(20);
            await load.FlowsAsync();
        }

        await StopAndAssertAsync("All connections closed by an operator", times);
    }

    [Fact]
    public async Task A_clock_that_jumps_while_the_consumer_runs_or_is_stopped_loses_no_ban_and_writes_none_twice()
    {
        int times = Soak.Times(1, 5);
        string clock = Path.Combine(receiver.Folder, "clock");
        for (int i = 1; i <= times; i++)
        {
            await RestartWithClockAsync(clock, "+0");
            await JumpAsync(clock, "+2h");
            await JumpAsync(clock, "+0");
            await RestartWithClockAsync(clock, "+2h");
            await RestartWithClockAsync(clock, "+0");
            await RestartWithoutLoadAsync(clock, "-2h");
        }

        await StopAndAssertAsync("The clock of the consumer's host 2 h ahead and back, while it runs and at restarts", 5 * times);
    }

    private async Task RestartAsync(int i)
    {
        switch (i % 12)
        {
            case 4 or 10:
                await Broker.KillAsync();
                await Broker.StartAsync();
                break;
            case 7:
                await Broker.StopAsync();
                await Broker.StartAsync();
                break;
            case 2 or 5 or 8 or 11:
                await StopConsumerAsync();
                StartAgain(isRotated: i % 12 == 8);
                break;
            default:
                await KillConsumerAsync();
                StartAgain(isRotated: i % 12 == 3);
                break;
        }
    }

    private async Task StopConsumerAsync()
    {
        // Before it handles signals, SIGTERM would kill it.
        await consumer.SaysAsync("Writing to ");
        Assert.True(await consumer.StopAsync() == 0, consumer.Said);
    }

    private async Task KillConsumerAsync()
    {
        Assert.True(consumer.IsRunning, consumer.Said);
        await consumer.KillAsync();
        kills++;
    }

    private void StartAgain(bool isRotated)
    {
        if (isRotated)
        {
            RotateBansLog();
        }

        consumer = receiver.Start(Built.Consumer);
    }

    /// <summary>Rotates the monitored log, if the consumer has created one since the last time.</summary>
    private void RotateBansLog()
    {
        if (File.Exists(receiver.BansLog))
        {
            Rotation.Rotate(receiver.BansLog);
        }
    }

    /// <summary>Waits until the broker closes the channel of a consumer that cannot write.</summary>
    private Task ChannelIsClosedAsync()
    {
        int before = Broker.CountLogged(ChannelClosed);
        return Eventually.TrueAsync(
            () => consumer.Count(LogRefused) > 0 && Broker.CountLogged(ChannelClosed) > before,
            () => $"The broker has not closed the channel:\n{receiver.LastLines}");
    }

    private async Task JumpAsync(string clock, string offset)
    {
        await File.WriteAllTextAsync(clock, offset);
        await load.GrowsAsync(30);
        await load.FlowsAsync();
    }

    /// <summary>Kills the consumer, and starts it with another clock.</summary>
    private async Task RestartWithClockAsync(string clock, string offset)
    {
        await KillConsumerAsync();
        await File.WriteAllTextAsync(clock, offset);
        consumer = await receiver.StartConsumerAsync(FakeClock.FromFile(clock));
        await load.GrowsAsync(30);
        await load.FlowsAsync();
    }

    /// <summary>The same, with a clock by which new bans are in the future: they would be refused.</summary>
    private async Task RestartWithoutLoadAsync(string clock, string offset)
    {
        await load.SuspendAsync();
        await load.FlowsAsync();
        await KillConsumerAsync();
        await File.WriteAllTextAsync(clock, offset);
        consumer = await receiver.StartConsumerAsync(FakeClock.FromFile(clock));
        await File.WriteAllTextAsync(clock, "+0");
        load.Resume();
        await load.GrowsAsync(30);
        await load.FlowsAsync();
    }

    private async Task StopAndAssertAsync(string done, int times, int gaps = 0)
    {
        await load.StopAndAssertAsync($"Following the stream: {char.ToLowerInvariant(done[0])}{done[1..]}", times, torn: kills);
        Assert.True(producer.IsRunning && consumer.IsRunning, $"{producer.Said}\n{consumer.Said}");
        Assert.Equal(gaps, receiver.Said.Split(Gap).Length - 1);
    }
}
