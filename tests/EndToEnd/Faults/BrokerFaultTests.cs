using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A broker that is away, refuses, or forgets, while bans flow.</summary>
[Collection(OnPrivateBroker.Name)]
[Trait("Form", "long")]
[Trait("Broker", "own")]
public sealed class BrokerFaultTests(PrivateBroker broker) : IAsyncLifetime
{
    private const string Away = "does not answer";
    private const string Refused = "refuses the login";
    private const string Accepted = "accepts the login of";
    private const string Unconfirmed = "does not confirm bans";

    private Server origin = null!;
    private Server receiver = null!;
    private Daemon producer = null!;
    private Daemon consumer = null!;
    private Load load = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        origin = await Server.EnrollAsync(broker, "a");
        receiver = await Server.EnrollAsync(broker, "b", Load.NoLimit);
        producer = await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
        load = new Load(origin, receiver, Random.Shared.Next()).Start();
        await load.GrowsAsync(1);
        await load.FlowsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await load.DisposeAsync();
        await origin.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Theory]
    [InlineData(false, "The broker stopped, and started again")]
    [InlineData(true, "The broker killed, and started again")]
    public async Task A_broker_that_goes_and_comes_back_is_logged_once_each_and_loses_nothing(bool isKilled, string done)
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await (isKilled ? broker.KillAsync() : broker.StopAsync());
            await BothSayAsync(Away, i);
            await load.GrowsAsync(100);
            await broker.StartAsync();
            await load.FlowsAsync();
            await BothSayAsync(Accepted, i + 1);
        }

        await load.EndsWellAsync(done, times);
        AssertTold(Away, times);
        AssertTold(Accepted, times + 1);
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task A_producer_that_is_killed_while_the_broker_is_away_goes_on_where_the_broker_had_confirmed()
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await broker.KillAsync();
            await SaysAsync(producer, Away, 1);
            await load.GrowsAsync(100);
            await producer.KillAsync();
            producer = origin.Start(Built.Producer);
            await SaysAsync(producer, Away, 1);
            await broker.StartAsync();
            await load.FlowsAsync();
        }

        await load.EndsWellAsync("The broker killed, the producer killed meanwhile, and both started again", times);
        Assert.True(producer.IsRunning, producer.Said);
    }

    [Theory]
    [InlineData("set_vm_memory_high_watermark", "0.000001", "0.4", "mem_alarm", "The broker's memory alarm raised and cleared")]
    [InlineData("set_disk_free_limit", "100000GB", "50MB", "disk_free_alarm", "The broker's disk alarm raised and cleared")]
    public async Task An_alarm_of_memory_or_disk_holds_the_bans_up_and_loses_none(
        string command,
        string tooMuch,
        string enough,
        string alarm,
        string done)
    {
        int times = Soak.Times(1, 3);
        for (int i = 1; i <= times; i++)
        {
            await broker.ControlAsync(command, tooMuch);
            await Eventually.TrueAsync(() => HasAlarmAsync(alarm), () => "No alarm.");
            await load.GrowsAsync(200);
            if (times > 1)
            {
                await SaysAsync(producer, Unconfirmed, i);
            }

            await broker.ControlAsync(command, enough);
            await load.FlowsAsync();
        }

        await load.EndsWellAsync(done, times);
        Assert.InRange(producer.Count(Unconfirmed), 0, times);
        Assert.Equal(producer.Count(Unconfirmed), producer.Count("confirms bans again"));
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task A_password_that_is_changed_and_changed_back_is_logged_once_each()
    {
        int times = Soak.Times(1, 6);
        for (int i = 1; i <= times; i++)
        {
            await SetPasswordAsync(origin, "another");
            await SetPasswordAsync(receiver, "another");
            await broker.CloseConnectionsAsync();
            await BothSayAsync(Refused, i);
            await load.GrowsAsync(100);
            await SetPasswordAsync(origin, origin.Password);
            await SetPasswordAsync(receiver, receiver.Password);
            await load.FlowsAsync();
            await BothSayAsync(Accepted, i + 1);
        }

        await load.EndsWellAsync("Both servers' passwords changed, their connections closed, and the passwords changed back", times);
        AssertTold(Refused, times);
        AssertTold(Accepted, times + 1);
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task Connections_closed_by_an_operator_are_made_again()
    {
        int times = Soak.Times(3, 20);
        for (int i = 1; i <= times; i++)
        {
            await broker.CloseConnectionsAsync();
            await load.GrowsAsync(20);
            await load.FlowsAsync();
        }

        await load.EndsWellAsync("All connections closed by an operator", times);
        await AssertQuietAsync(times);
    }

    [Fact]
    public async Task A_queue_that_is_deleted_while_bans_flow_is_made_again_and_none_is_lost()
    {
        int times = Soak.Times(1, 6);
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 1; i <= times; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            await broker.DeleteAsync("queues/f2b/f2b.bans.b");
            await Eventually.TrueAsync(IsBoundAsync, () => $"The queue is not bound again:\n{consumer.Said}");
            TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
            longest = taken > longest ? taken : longest;
            await SaysAsync(consumer, "did not exist and was recreated", i);
            await load.GrowsAsync(20);
            await load.FlowsAsync();
        }

        Assert.True(longest < TimeSpan.FromSeconds(50), $"It took {longest}.");
        await load.EndsWellAsync(
            $"The server's queue deleted while bans flow; made and bound again within {longest.TotalSeconds:0.0} s",
            times);
        Assert.Equal(0, consumer.Count("may be missing"));
        await AssertQuietAsync(times);
    }

    /// <summary>Nothing was refused, and what is no ban is a few lines each time, not one a second.</summary>
    private async Task AssertQuietAsync(int times)
    {
        Assert.Empty(await broker.PeekAsync("f2b.bans.b_error"));
        foreach (Daemon daemon in new[] { producer, consumer })
        {
            int others = daemon.Lines - daemon.Count(" Published: ") - daemon.Count(" Written: ");
            Assert.True(others <= 5 + 4 * times, $"{others} lines about {times} faults:\n{daemon.SaidBut(" Published: ", " Written: ")}");
        }
    }

    private void AssertTold(string text, int times)
    {
        foreach (Daemon daemon in new[] { producer, consumer })
        {
            Assert.True(
                daemon.Count(text) == times,
                $"'{text}' is not said {times} times:\n{daemon.SaidBut(" Published: ", " Written: ")}");
        }
    }

    private async Task BothSayAsync(string text, int times)
    {
        await SaysAsync(producer, text, times);
        await SaysAsync(consumer, text, times);
    }

    private static Task SaysAsync(Daemon daemon, string text, int times) =>
        Eventually.TrueAsync(
            () => daemon.Count(text) >= times,
            () => $"'{text}' is not said {times} times:\n{daemon.SaidBut(" Published: ", " Written: ")}");

    private Task SetPasswordAsync(Server server, string password) =>
        broker.PutAsync($"users/{server.Name}", new() { ["password"] = password, ["tags"] = "" });

    private async Task<bool> HasAlarmAsync(string alarm) =>
        ((JsonArray)(await broker.GetAsync("nodes"))!).Any(node => (bool?)node![alarm] == true);

    private async Task<bool> IsBoundAsync() =>
        (await broker.GetAsync("queues/f2b/f2b.bans.b/bindings"))
            ?.ToJsonString()
            .Contains("\"source\":\"f2b.bans\"", StringComparison.Ordinal) == true;
}
