namespace F2bBroker.EndToEndTests.Producing;

/// <summary>Clocks and time zones that differ.</summary>
[Trait("Form", "slow")]
public sealed class ClockTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Theory]
    [InlineData(-5, 0, 3)]
    [InlineData(5, 3, 0)]
    public async Task A_producer_in_another_zone_than_fail2ban_warns_once_and_peers_refuse_future_bans(
        int hoursEast,
        int written,
        int refused)
    {
        await receiver.StartConsumerAsync();
        await origin.LogBansAsync("203.0.113.1");
        Daemon producer = await origin.StartProducerAsync($"TZ={ZoneEastOfHere(hoursEast)}");
        await Eventually.TrueAsync(() => producer.Count("Published: ") == 1, () => producer.Said);
        Assert.Equal(0, producer.Count("fail2ban has just dated a ban"));
        await origin.LogBansAsync("203.0.113.2");
        await producer.SaysAsync("fail2ban has just dated a ban");
        await origin.LogBansAsync("203.0.113.3");
        await receiver.HasBansAsync(written);
        await Eventually.TrueAsync(
            async () =>
                (await broker.PeekAsync("f2b.bans.b_error")).Count(message =>
                    message.ToJsonString().Contains("more than 10 minutes in the future", StringComparison.Ordinal)
                ) == refused,
            () => receiver.Said);
        await producer.SaysOnceAsync("fail2ban has just dated a ban");
    }

    /// <summary>Returns a zone east of this machine's, which fail2ban uses. <c>Etc/GMT+5</c> is five hours west of Greenwich.</summary>
    private static string ZoneEastOfHere(int hours)
    {
        int east = (int)TimeZoneInfo.Local.GetUtcOffset(TimeProvider.System.GetUtcNow()).TotalHours + hours;
        return $"Etc/GMT{(east > 0 ? "-" : "+")}{Math.Abs(east)}";
    }
}
