using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>
/// What <c>f2bbroker status</c> and <c>errors</c> say about times of the stream. The broker's clock was moved while its messages were
/// published.
/// </summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class StreamAgeTests : RunningBroker, IAsyncLifetime
{
    private readonly LocalBroker local = new();
    private readonly TestGroup group;

    public StreamAgeTests() => group = new TestGroup(this);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await group.DisposeAsync();
        CloseApi();
        await local.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_was_away_for_longer_than_the_stream_holds_is_named_with_both_times()
    {
        await StartAsync("-26h");
        await InitAsync();
        await ShrinkHistoryAsync();
        Sender long1 = await ConnectAsync(await group.EnrollFromStreamAsync("long"));
        await long1.PublishBanAsync("203.0.113.1");
        await StoppedAsync(long1, 26);
        Assert.DoesNotContain("has been away", await StatusAsync());
        Server half = await group.EnrollFromStreamAsync("half");
        Server queued = await group.EnrollAsync("queued");
        await RestartAsync("-4h");
        await PublishedAfterStartAsync(await ConnectAsync(queued), sender => StoppedAsync(sender, 4));
        Sender flood = await ConnectAsync(half);
        string first = "";
        await Eventually.TrueAsync(
            async () =>
            {
                await flood.PublishAllAsync(Enumerable.Range(0, 1000).Select(_ => Body(flood)));
                return (first = await SinceAsync()).Length > 0 && At(first) > Ago(5);
            },
            () => first);
        await RestartAsync("-3h");
        await PublishedAfterStartAsync(await ConnectAsync(half), sender => StoppedAsync(sender, 3));
        await RestartAsync("+0");
        string status = "";
        // The broker does not know the stream's messages at once after its start.
        await Eventually.TrueAsync(
            async () => (status = await StatusAsync()).Contains("The stream f2b.history holds the bans since ", StringComparison.Ordinal),
            () => status);
        string since = Regex.Match(status, @"The stream f2b\.history holds the bans since ([^ ]+Z)\.").Groups[1].Value;
        Assert.InRange(At(since), Ago(4.2), Ago(3.8));
        Assert.Matches(
            $@"(?m)^long's consumer has been away since 20[^ ]+Z, but the stream f2b\.history holds only the bans since {since}: those "
                + @"from between are lost to long\. Start its consumer, which reads the others; f2bbroker init --retention keeps bans for "
                + @"longer\.$",
            status);
        Assert.Matches(
            $@"(?m)^half's consumer has been away since 20[^ ]+Z, which is more than half of the time for which the stream f2b\.history "
                + $@"holds the bans \(since {since}\): start it, or half misses bans\.$",
            status);
        Assert.DoesNotContain("queued's consumer has been away", status);
    }

    [Fact]
    public async Task A_ban_that_was_in_the_future_when_it_arrived_is_listed_also_when_its_time_has_come()
    {
        await StartAsync("-3h");
        await InitAsync();
        Server web1 = await group.EnrollFromStreamAsync("web1");
        Sender sender = await ConnectAsync(web1);
        await sender.PublishAsync(Body(sender, "203.0.113.1", Ago(3)));
        await sender.PublishAsync(Body(sender, "203.0.113.2", Ago(2)));
        await sender.PublishAsync(Body(sender, "203.0.113.3", Ago(50)));
        await sender.PublishAsync(Body(sender, "203.0.113.4", Ago(3).AddMinutes(5)));
        await RestartAsync("-1h");
        await PublishedAfterStartAsync(await ConnectAsync(web1), again => again.PublishAsync(Body(again, "203.0.113.5", Ago(1))));
        await RestartAsync("+0");
        await PublishedAfterStartAsync(await ConnectAsync(web1), again => again.PublishAsync(Body(again, "203.0.113.6", Ago(0))));
        JsonArray refused = JsonNode.Parse((await AdminAsync("errors", "web1", "--json", "--amqp", Uri)).Output)!.AsArray();
        JsonNode only = Assert.Single(refused)!;
        Assert.Contains("203.0.113.2", (string?)only["body"]);
        Assert.Matches("^detectedAt .* is more than 10 minutes in the future$", (string?)only["reason"]);
        Assert.InRange(At((string)only["refusedAt"]!), Ago(3.2), Ago(2.8));
    }

    /// <summary>Publishes that the consumer has stopped, by a clock like that of the broker.</summary>
    private static Task StoppedAsync(Sender sender, double hours) => sender.PublishHealthAsync("consumer", message =>
        (message["state"], message["at"]) = ("stopped", UtcTimestamp.Format(Ago(hours))));

    private static byte[] Body(Sender sender) => System.Text.Encoding.UTF8.GetBytes(sender.Body("203.0.113.9"));

    private static string Body(Sender sender, string ip, DateTimeOffset at) =>
        $$"""{"ip":"{{ip}}","jail":"sshd","server":"{{sender.Name}}","detectedAt":"{{at:yyyy-MM-ddTHH:mm:ss.fffZ}}"}""";

    private static DateTimeOffset Ago(double hours) => TimeProvider.System.GetUtcNow().AddHours(-hours);

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);

    /// <summary>Replaces the stream by one that keeps little, so that it loses its oldest messages.</summary>
    private async Task ShrinkHistoryAsync()
    {
        await DeleteAsync("queues/f2b/f2b.history");
        await PutAsync("policies/f2b/small", new()
        {
            ["pattern"] = @"^f2b\.history$",
            ["priority"] = 1000,
            ["definition"] = new JsonObject { ["max-length-bytes"] = 300_000, ["stream-max-segment-size-bytes"] = 100_000 },
        });
        await InitAsync();
    }

    private async Task<Sender> ConnectAsync(Server server) => group.Add(await Sender.ConnectAsync(this, server));

    /// <param name="clock">How far the broker's clock is moved, in faketime's form.</param>
    private async Task StartAsync(string clock)
    {
        await local.StartAsync(clock == "+0" ? [] : FakeClock.Off(clock));
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    private async Task RestartAsync(string clock)
    {
        await local.StopAsync();
        await StartAsync(clock);
    }

    /// <summary>Publishes as soon as the streams are up, which can be later than the broker.</summary>
    private static async Task PublishedAfterStartAsync(Sender sender, Func<Sender, Task> publish)
    {
        string refusal = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await publish(sender);
                    return true;
                }
                catch (PublishReturnException failure)
                {
                    refusal = failure.Message;
                    return false;
                }
            },
            () => refusal);
    }

    private async Task<string> SinceAsync() =>
        (string?)JsonNode.Parse((await AdminAsync("status", "--json", "--amqp", Uri)).Output)![0]!["historySince"] ?? "";

    private async Task<string> StatusAsync() => (await AdminAsync("status", "--amqp", Uri)).Output;

    private async Task InitAsync()
    {
        Built.Outcome init = await AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
    }
}
