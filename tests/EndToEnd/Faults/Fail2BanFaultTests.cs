namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A real fail2ban whose monitored log is rotated, or that was stopped.</summary>
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class Fail2BanFaultTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;
    private Fail2Ban fail2ban = null!;
    private Daemon consumer = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b", Load.NoLimit);
        fail2ban = group.Add(await Fail2Ban.StartAsync(receiver));
        await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_monitored_log_rotated_while_fail2ban_reads_it_loses_no_ban()
    {
        int times = Soak.Times(5, 50);
        Random random = new();
        // A slow load, because fail2ban starts a shell for each ban.
        await using Load load = new Load(origin, receiver, random.Next(), maxDelay: 400).Start();
        for (int i = 1; i <= times; i++)
        {
            await load.GrowsAsync(5);
            await random.DelayAsync(1000);
            Rotation.Rotate(receiver.BansLog);
            if (i % 2 == 0)
            {
                File.WriteAllText(receiver.BansLog, "");
            }
        }

        await load.StopAsync();
        await AllAreBannedAsync(
            "The monitored log rotated under a real fail2ban, every other time with a new empty file (create)",
            times,
            load);
        await load.StopAndAssertAsync("The same: the monitored log itself", times);
    }

    [Fact]
    public async Task A_fail2ban_that_was_stopped_for_an_hour_bans_every_address_of_that_time()
    {
        await using Load load = new Load(origin, receiver, Random.Shared.Next()).Start();
        await load.GrowsAsync(20);
        // When fail2ban is stopped, it loses the bans that it has read and not enforced, from any log.
        await load.SuspendAsync();
        await load.FlowsAsync();
        await BanAllAsync(load);
        await fail2ban.StopAsync();
        int before = receiver.Bans.Count;
        load.Resume();
        await load.GrowsAsync(Soak.Times(50, 1000));
        await load.StopAsync();
        await load.FlowsAsync();
        Assert.Equal(0, await consumer.StopAsync());
        DateAnHourBack(from: before);
        await fail2ban.StartAsync();
        await AllAreBannedAsync("fail2ban stopped for an hour, by the lines' dates, while bans arrive", 1, load);
    }

    private async Task AllAreBannedAsync(string done, int times, Load load)
    {
        try
        {
            await BanAllAsync(load);
        }
        finally
        {
            FaultTable.Add(done, times, load.Count, fail2ban.Banned.Distinct().Count(), Missing(load).Count(), twice: null);
        }
    }

    private Task BanAllAsync(Load load) => Eventually.ArrivesAsync(() => [.. Missing(load)], () => fail2ban.LastLines);

    private IEnumerable<string> Missing(Load load) => load.Addresses.Except(fail2ban.Banned);

    private void DateAnHourBack(int from)
    {
        string[] lines = File.ReadAllLines(receiver.BansLog);
        for (int i = from; i < lines.Length; i++)
        {
            int blank = lines[i].IndexOf(' ');
            DateTimeOffset date =
                DateTimeOffset.Parse(lines[i][..blank], System.Globalization.CultureInfo.InvariantCulture) - TimeSpan.FromHours(1);
            lines[i] = $"{date.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}{lines[i][blank..]}";
        }

        File.WriteAllText(receiver.BansLog, string.Concat(lines.Select(line => line + "\n")));
    }
}
