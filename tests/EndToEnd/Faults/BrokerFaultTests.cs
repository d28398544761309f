using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A broker that is unavailable, refuses logins, raises an alarm or loses a queue while bans flow.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class BrokerFaultTests(PrivateBroker broker) : LoadedGroup<PrivateBroker>(broker, QueueType.Classic)
{
    private const string Unavailable = "does not answer";
    private const string Refused = "refuses the login";
    private const string Accepted = "accepts the login of";
    private const string Unconfirmed = "does not confirm bans";

    [Theory]
    [InlineData(false, "The broker stopped, and started again")]
    [InlineData(true, "The broker killed, and started again")]
    public async Task A_broker_outage_and_its_end_are_each_logged_once_and_no_ban_is_lost(bool isKilled, string done)
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await (isKilled ? Broker.KillAsync() : Broker.StopAsync());
            await BothLogAsync(Unavailable, i);
            await load.GrowsAsync(100);
            await Broker.StartAsync();
            await load.FlowsAsync();
            await BothLogAsync(Accepted, i + 1);
        }

        await load.StopAndAssertAsync(done, times);
        AssertLogged(Unavailable, times);
        AssertLogged(Accepted, times + 1);
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task A_producer_killed_while_the_broker_is_unavailable_continues_after_the_last_confirmed_ban()
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await Broker.KillAsync();
            await producer.SaysAsync(Unavailable, 1);
            await load.GrowsAsync(100);
            await producer.KillAsync();
            producer = origin.Start(Built.Producer);
            await producer.SaysAsync(Unavailable, 1);
            await Broker.StartAsync();
            await load.FlowsAsync();
        }

        await load.StopAndAssertAsync("The broker killed, the producer killed meanwhile, and both started again", times);
        Assert.True(producer.IsRunning, producer.Said);
    }

    [Theory]
    [InlineData("set_vm_memory_high_watermark", "0.000001", "0.4", "mem_alarm", "The broker's memory alarm raised and cleared")]
    [InlineData("set_disk_free_limit", "100000GB", "50MB", "disk_free_alarm", "The broker's disk alarm raised and cleared")]
    public async Task A_memory_or_disk_alarm_delays_bans_and_loses_none(
        string command,
        string tooMuch,
        string enough,
        string alarm,
        string done)
    {
        int times = Soak.Times(1, 3);
        for (int i = 1; i <= times; i++)
        {
            await Broker.ControlAsync(command, tooMuch);
            await Eventually.TrueAsync(() => Broker.HasAlarmAsync(alarm), () => "No alarm.");
            await load.GrowsAsync(200);
            if (times > 1)
            {
                await producer.SaysAsync(Unconfirmed, i);
            }

            await Broker.ControlAsync(command, enough);
            await load.FlowsAsync();
        }

        await load.StopAndAssertAsync(done, times);
        Assert.InRange(producer.Count(Unconfirmed), 0, times);
        Assert.Equal(producer.Count(Unconfirmed), producer.Count("confirms bans again"));
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task A_changed_password_and_its_restoration_are_each_logged_once()
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await SetPasswordAsync(origin, "another");
            await SetPasswordAsync(receiver, "another");
            await Broker.CloseConnectionsAsync();
            await BothLogAsync(Refused, i);
            await load.GrowsAsync(100);
            await SetPasswordAsync(origin, origin.Password);
            await SetPasswordAsync(receiver, receiver.Password);
            await load.FlowsAsync();
            await BothLogAsync(Accepted, i + 1);
        }

        await load.StopAndAssertAsync("Both servers' passwords changed, their connections closed, and the passwords changed back", times);
        AssertLogged(Refused, times);
        AssertLogged(Accepted, times + 1);
        await AssertQuietAsync(times);
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

        await load.StopAndAssertAsync("All connections closed by an operator", times);
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task A_queue_deleted_while_bans_flow_is_recreated_and_no_ban_is_lost()
    {
        int times = Soak.Times(1, 6);
        TimeSpan max = TimeSpan.Zero;
        for (int i = 1; i <= times; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            await Broker.DeleteAsync("queues/f2b/f2b.bans.b");
            await Eventually.TrueAsync(IsBoundAsync, () => $"The queue is not bound again:\n{consumer.Said}");
            TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
            max = elapsed > max ? elapsed : max;
            await consumer.SaysAsync("did not exist and was recreated", i);
            await load.GrowsAsync(20);
            await load.FlowsAsync();
        }

        Assert.True(max < TimeSpan.FromSeconds(50), $"It took {max}.");
        await load.StopAndAssertAsync(
            $"The server's queue deleted while bans flow; recreated and bound within {max.TotalSeconds:0.0} s",
            times);
        Assert.Equal(0, consumer.Count("may be missing"));
        await AssertQuietAsync(times);
    }

    /// <summary>Asserts that nothing was refused, and that each fault causes a few log lines besides the bans, not one a second.</summary>
    private async Task AssertQuietAsync(int times)
    {
        Assert.Empty(await Broker.PeekAsync("f2b.bans.b_error"));
        foreach (Daemon daemon in new[] { producer, consumer })
        {
            int others = daemon.Lines - daemon.Count(" Published: ") - daemon.Count(" Written: ");
            Assert.True(others <= 8 + 4 * times, $"{others} lines about {times} faults:\n{daemon.SaidBut(" Published: ", " Written: ")}");
        }
    }

    private void AssertLogged(string text, int times)
    {
        foreach (Daemon daemon in new[] { producer, consumer })
        {
            Assert.True(
                daemon.Count(text) == times,
                $"'{text}' was not logged {times} times:\n{daemon.SaidBut(" Published: ", " Written: ")}");
        }
    }

    private async Task BothLogAsync(string text, int times)
    {
        await producer.SaysAsync(text, times);
        await consumer.SaysAsync(text, times);
    }

    private Task SetPasswordAsync(Server server, string password) =>
        Broker.PutAsync($"users/{server.Name}", new() { ["password"] = password, ["tags"] = "" });

    private async Task<bool> IsBoundAsync() =>
        (await Broker.GetAsync("queues/f2b/f2b.bans.b/bindings"))
            ?.ToJsonString()
            .Contains("\"source\":\"f2b.bans\"", StringComparison.Ordinal) == true;
}
