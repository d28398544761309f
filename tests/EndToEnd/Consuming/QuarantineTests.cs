using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>A server that reports more than <c>maxbans</c> allows.</summary>
public sealed class QuarantineTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Sender flooder = null!;
    private Sender honest = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        flooder = await group.EnrollSenderAsync("web1");
        honest = await group.EnrollSenderAsync("web3");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_server_over_maxbans_is_quarantined_and_shown_as_such_and_the_others_are_not_affected()
    {
        Server receiver = await group.EnrollAsync("web2", "maxbans = 20/10m");
        Daemon consumer = await receiver.StartConsumerAsync();
        string first = flooder.Body("198.51.100.1");
        await flooder.PublishAsync(first);
        await flooder.PublishAsync(first);
        await PublishAsync(flooder, 2, 25);
        await PublishAsync(honest, 101, 10);
        await broker.RefusedAsync(6);
        await receiver.HasBansAsync(30);
        Assert.Equal(20, receiver.Bans.Count(ban => ban.Contains("server=web1", StringComparison.Ordinal)));
        Assert.All(await broker.PeekAsync("f2b.bans.web2_error"), message =>
            Assert.Equal(("web1", "quarantined"), (Header(message, "f2b-origin"), Header(message, "f2b-reason"))));
        await consumer.SaysOnceAsync("web1 is quarantined: it reported more than 20 bans within 10 minutes (maxbans).");
        Assert.Equal(0, consumer.Count("Refused a message"));
        await ShowsAsync(@"(?m)^web1 .* web2$");
        Assert.Matches(@"(?m)^web3 .* -$", (await broker.AdminAsync("status")).Output);
        JsonNode json = JsonNode.Parse((await broker.AdminAsync("status", "--json")).Output)!;
        Assert.Equal(["""["web2"]""", "[]", "[]"], json.AsArray().Select(server => server!["quarantinedBy"]!.ToJsonString()));

        await consumer.KillAsync();
        Daemon restarted = await receiver.StartConsumerAsync();
        await PublishAsync(flooder, 27, 1);
        await broker.RefusedAsync(7);
        Assert.True(receiver.Bans.Count == 30, $"{string.Join('\n', receiver.Bans)}\n{restarted.Said}");
    }

    [Fact]
    public async Task Its_bans_are_written_again_when_it_has_stayed_within_the_rate()
    {
        Server receiver = await group.EnrollAsync("web2", "maxbans = 3/2s", "quarantine = 3s");
        Daemon consumer = await receiver.StartConsumerAsync();
        await PublishAsync(flooder, 1, 5);
        await broker.RefusedAsync(2);
        await receiver.HasBansAsync(3);
        int next = 6;
        await Eventually.TrueAsync(
            async () =>
            {
                await PublishAsync(flooder, next++, 1);
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
                return receiver.Bans.Count > 3;
            },
            () => consumer.Said);
        await consumer.SaysOnceAsync("web1 is no longer quarantined.");
        await ShowsAsync(@"(?m)^web1 .* -$");
    }

    /// <summary>Waits until the table of status matches: the consumer reports the begin and the end of a quarantine at once.</summary>
    private async Task ShowsAsync(string pattern)
    {
        string status = "";
        await Eventually.TrueAsync(
            async () => Regex.IsMatch(status = (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output, pattern),
            () => status);
    }

    private static async Task PublishAsync(Sender sender, int first, int count)
    {
        foreach (int i in Enumerable.Range(first, count))
        {
            await sender.PublishBanAsync($"198.51.100.{i}");
        }
    }

    private static string Header(JsonNode message, string name) => message["properties"]!["headers"]![name]!.ToString();
}
