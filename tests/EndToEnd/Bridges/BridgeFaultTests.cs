using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Bridges;

/// <summary>Two bridges, one in each direction, whose parts are killed while bans flow in both directions.</summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class BridgeFaultTests : IAsyncLifetime
{
    private const int MaxDelayMilliseconds = 1000;

    private readonly PrivateBroker[] brokers = [new PrivateBroker(), new PrivateBroker()];
    private readonly List<Part> parts = [];
    private readonly List<string> forwardedLogs = [];
    private TestGroup groupA = null!;
    private TestGroup groupB = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (PrivateBroker broker in brokers)
        {
            await broker.InitializeAsync();
        }

        (groupA, groupB) = (await TestGroup.StartAsync(brokers[0]), await TestGroup.StartAsync(brokers[1]));
    }

    public async ValueTask DisposeAsync()
    {
        await groupA.DisposeAsync();
        await groupB.DisposeAsync();
        foreach (PrivateBroker broker in brokers)
        {
            await broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task Each_part_killed_at_random_moments_loses_no_ban_writes_none_twice_and_returns_none()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        int bans = Soak.Times(300, 1000);
        // Each receiver ignores the bans of its own group, so that a ban that returned would be the only strange line.
        Load there = await ConnectAsync(groupA, groupB, 0, "a", "b", seed);
        Load back = await ConnectAsync(groupB, groupA, 1, "b", "a", seed + 1);
        int kills = 0;
        for (; there.Count < bans || back.Count < bans; kills++)
        {
            await random.DelayAsync(MaxDelayMilliseconds);
            string log = forwardedLogs[random.Next(2)];
            if (kills % 5 == 4 && File.Exists(log))
            {
                // Like the package's logrotate rule, with a new file at once.
                Rotation.Rotate(log);
                File.Create(log).Dispose();
            }

            if (kills % 8 == 7)
            {
                PrivateBroker broker = brokers[random.Next(2)];
                await broker.KillAsync();
                await broker.StartAsync();
            }
            else
            {
                await parts[random.Next(parts.Count)].RestartAsync();
            }
        }

        await there.StopAndAssertAsync(
            "Two groups and two bridges: daemons and brokers killed at random, the forwarded logs rotated (A to B)",
            kills,
            torn: kills);
        await back.StopAndAssertAsync("The same in the other direction (B to A)", kills, torn: kills);
    }

    /// <summary>Starts a server that reports, the bridge to the other group, a server that receives there, and the load.</summary>
    private async Task<Load> ConnectAsync(TestGroup from, TestGroup to, int first, string name, string other, int seed)
    {
        (PrivateBroker here, PrivateBroker there) = (brokers[first], brokers[1 - first]);
        Server origin = await from.EnrollAsync($"{name}-reports");
        Bridge bridge = from.Add(await Bridge.EnrollAsync(here, there, $"to-{other}", $"friend-{name}"));
        Server receiver = await to.EnrollAsync($"{other}-receives", Load.NoLimit, $"ignoreservers = {other}-reports");
        await bridge.StartAsync();
        forwardedLogs.Add(bridge.Consumer.BansLog);
        parts.Add(new Part(origin, Built.Producer, await origin.StartProducerAsync()));
        parts.Add(new Part(receiver, Built.Consumer, await receiver.StartConsumerAsync()));
        parts.Add(new Part(bridge.Consumer, Built.Consumer, bridge.RunningConsumer!));
        parts.Add(new Part(bridge.Producer, Built.Producer, bridge.RunningProducer!));
        return from.Add(new Load(origin, receiver, seed, reportedAs: bridge.Producer.Name).Start());
    }

    /// <summary>A daemon that can be killed.</summary>
    private sealed class Part(Server server, string program, Daemon daemon)
    {
        private Daemon running = daemon;

        public async Task RestartAsync()
        {
            Assert.True(running.IsRunning, running.Said);
            await running.KillAsync();
            running = server.Start(program);
        }
    }
}
