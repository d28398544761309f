using System.Diagnostics;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Health messages while the broker blocks publishers: its alarm of memory.</summary>
[Collection(OnPrivateBroker.Name)]
public sealed class HealthAlarmTests(PrivateBroker broker)
{
    [Fact]
    public async Task A_consumer_that_cannot_report_receives_bans_and_stops_without_delay()
    {
        await using TestGroup group = await TestGroup.StartAsync(broker);
        HealthQueue health = await HealthQueue.BindAsync(broker);
        Server receiver = await group.EnrollAsync("web1");
        Sender sender = await group.EnrollSenderAsync("web2");
        foreach (int i in Enumerable.Range(1, 50))
        {
            await sender.PublishBanAsync($"203.0.113.{i}");
        }

        Daemon consumer;
        await broker.ControlAsync("set_vm_memory_high_watermark", "0.000001");
        try
        {
            consumer = await receiver.StartConsumerAsync();
            await receiver.HasBansAsync(50);
            await Eventually.TrueAsync(
                async () => (int?)(await broker.GetAsync("queues/f2b/f2b.bans.web1"))!["messages"] == 0,
                () => $"Not all bans are acknowledged:\n{consumer.Said}");
            await Eventually.TrueAsync(IsBlockedAsync, () => $"The health connection is not blocked:\n{consumer.Said}");
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(0, await consumer.StopAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(8));
            consumer = await receiver.StartConsumerAsync();
            await Eventually.TrueAsync(IsBlockedAsync, () => $"The health connection is not blocked:\n{consumer.Said}");
        }
        finally
        {
            await broker.ControlAsync("set_vm_memory_high_watermark", "0.4");
        }

        await health.ShowsAsync(HealthMessage.Consumer, message => (string?)message["state"] == HealthMessage.Ready);
        Assert.Equal(0, consumer.Count("health"));
    }

    private async Task<bool> IsBlockedAsync() => (await broker.GetAsync("connections"))!.AsArray().Any(connection =>
        $"{connection!["user_provided_name"]}".EndsWith(" health", StringComparison.Ordinal)
        && (string?)connection["state"] == "blocked");
}
