using System.Globalization;

namespace F2bBroker.EndToEndTests.Bridges;

/// <summary>How long a ban takes from one group's fail2ban to the other's.</summary>
[Trait("Form", "long")]
[Trait("Form", "slow")]
[Collection(OnThreeBrokers.Name)]
public sealed class BridgeTimeTests(ThreeBrokers brokers) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly SoakTable Table = new("bridge", "from a ban in A to the ban in B", "bans", "median, s", "slowest, s");

    private TestGroup a = null!;
    private TestGroup b = null!;

    public async ValueTask InitializeAsync() => (a, b) = (await TestGroup.StartAsync(brokers.A), await TestGroup.StartAsync(brokers.B));

    public async ValueTask DisposeAsync()
    {
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    [Fact]
    public async Task A_ban_of_one_fail2ban_is_a_ban_of_the_other_groups_fail2ban_within_seconds()
    {
        Server origin = await a.EnrollAsync("a1");
        Server receiver = await b.EnrollAsync("b1");
        Fail2Ban first = a.Add(await Fail2Ban.StartAsync(origin));
        Fail2Ban second = b.Add(await Fail2Ban.StartAsync(receiver));
        await receiver.StartConsumerAsync();
        await a.Add(await Bridge.EnrollAsync(brokers.A, brokers.B, "to-b", "friend-a")).StartAsync();
        await origin.StartProducerAsync();

        List<TimeSpan> times = [];
        for (int i = 1; i <= Soak.Times(2, 50); i++)
        {
            string address = $"203.0.113.{i}";
            Assert.Equal(0, (await first.ClientAsync("set", "sshd", "banip", address)).ExitCode);
            await second.BansAsync(address);
            times.Add(BannedAt(receiver, "f2bbroker", address) - BannedAt(origin, "sshd", address));
        }

        times.Sort();
        Assert.InRange(times[^1], TimeSpan.Zero, Limit);
        Table.Add("two brokers, a bridge, two fail2bans", times.Count, Seconds(times[times.Count / 2]), Seconds(times[^1]));
    }

    /// <summary>Returns the time of fail2ban's line about the ban.</summary>
    private static DateTime BannedAt(Server server, string jail, string address) =>
        DateTime.ParseExact(
            File.ReadLines(server.Fail2BanLog).Single(line => line.EndsWith($"[{jail}] Ban {address}", StringComparison.Ordinal))[..23],
            "yyyy-MM-dd HH:mm:ss,fff",
            CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
}
