namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Producer and consumer killed by SIGKILL while bans flow.</summary>
[Trait("Form", "long")]
public sealed class KillTests(TestBroker broker) : IAsyncLifetime
{
    private const int MaxDelayMilliseconds = 1500;

    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b", Load.NoLimit);
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Daemons_killed_at_random_moments_lose_no_ban_and_write_none_twice()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        int kills = Soak.Times(10, 240);
        Daemon producer = await origin.StartProducerAsync();
        Daemon consumer = receiver.Start(Built.Consumer);
        await using Load load = new Load(origin, receiver, seed).Start();
        for (int kill = 1; kill <= kills; kill++)
        {
            await BeforeAsync(kill, load);
            await random.DelayAsync(MaxDelayMilliseconds);
            if (kill % 2 == 0)
            {
                await KillAsync(producer);
                await WhileProducerIsDownAsync(kill, load);
                producer = origin.Start(Built.Producer);
                // Without a checkpoint, its next start would read only the log that is current then.
                await Eventually.TrueAsync(() => File.Exists(origin.Checkpoint), () => producer.Said);
            }
            else
            {
                await KillAsync(consumer);
                WhileConsumerIsDown(kill);
                consumer = receiver.Start(Built.Consumer);
            }
        }

        await load.StopAndAssertAsync(
            "Producer and consumer killed in turn, both logs rotated and the checkpoint deleted in between",
            kills,
            torn: kills);
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
    }

    [Fact]
    public async Task A_torn_last_line_is_closed_and_its_ban_is_written_again_in_full()
    {
        Daemon producer = await origin.StartProducerAsync();
        Assert.Equal(0, await (await receiver.StartConsumerAsync()).StopAsync());
        List<string> expected = [];
        int[] cuts = [1, 24, 60, -1];
        for (int i = 0; i < cuts.Length; i++)
        {
            LoggedBan ban = LoggedBan.Number(i, origin.Name);
            File.AppendAllText(origin.Fail2BanLog, ban.Line);
            await producer.SaysAsync($"Published: {ban.Identity}");
            string whole = $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {ban.Identity}";
            string torn = cuts[i] > 0 ? whole[..cuts[i]] : whole;
            File.AppendAllText(receiver.BansLog, torn);
            expected.AddRange(torn == whole ? [ban.Identity] : [torn[(torn.IndexOf(' ') + 1)..], ban.Identity]);
            Daemon consumer = await receiver.StartConsumerAsync();
            await QueueIsEmptyAsync();
            await receiver.HasBansAsync(expected.Count);
            await consumer.KillAsync();
        }

        Assert.Equal(expected, receiver.Bans);
        FaultTable.Add(
            "The last line cut off: in its date, after its date, in its ban, before its LF",
            cuts.Length,
            cuts.Length,
            cuts.Length,
            0,
            0);
    }

    /// <summary>Rotates a log while its daemon runs, or waits until the checkpoint may be deleted.</summary>
    private async Task BeforeAsync(int kill, Load load)
    {
        switch (kill % 8)
        {
            case 4:
                await load.RotateAsync();
                break;
            case 5 when File.Exists(receiver.BansLog):
                Rotation.Rotate(receiver.BansLog);
                break;
            case 6:
                // A first start reads the current log only.
                await load.RotatedAreReadAsync();
                break;
        }
    }

    private async Task WhileProducerIsDownAsync(int kill, Load load)
    {
        switch (kill % 8)
        {
            case 0:
                await load.RotateAsync();
                break;
            case 6:
                File.Delete(origin.Checkpoint);
                break;
        }
    }

    private void WhileConsumerIsDown(int kill)
    {
        if (kill % 8 == 1 && File.Exists(receiver.BansLog))
        {
            Rotation.Rotate(receiver.BansLog);
        }
    }

    private static async Task KillAsync(Daemon daemon)
    {
        Assert.True(daemon.IsRunning, daemon.Said);
        await daemon.KillAsync();
    }

    private Task QueueIsEmptyAsync() => Eventually.TrueAsync(
        async () => (await broker.GetAsync("queues/f2b/f2b.bans.b"))?["messages"] is { } messages && (int)messages == 0,
        () => receiver.Said);
}
