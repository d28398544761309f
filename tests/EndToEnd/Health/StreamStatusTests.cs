using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>What <c>f2bbroker status</c> shows of servers that follow the stream, next to others.</summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class StreamStatusTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server web1 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollFromStreamAsync("web1");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task The_type_of_each_server_is_shown_and_what_a_stream_server_refused_comes_from_its_consumer()
    {
        await group.EnrollAsync("web2");
        group.Add(await Server.EnrollWithQuorumQueueAsync(broker, "web3"));
        group.Add(await Server.EnrollAsync(broker, "web4", Role.Reporter));
        Sender consumer = await ConnectAsync("consumer");
        await consumer.PublishBanAsync("203.0.113.1");
        await consumer.PublishHealthAsync("consumer", message => (message["lag"], message["refused"]) = (0.25, 2));
        // The broker lists a new connection some seconds later.
        string status = "";
        Regex web1 = new(@"^web1 +both +stream +consumer 0\.2\.0 \d+s +- +0\.25s +\? +2 +20[^ ]+Z +1 +-$", RegexOptions.Multiline);
        await Eventually.TrueAsync(async () => web1.IsMatch(status = await StatusAsync()), () => status);
        Assert.Matches(@"(?m)^web2 +both +classic +- +1 ", status);
        Assert.Matches(@"(?m)^web3 +both +quorum +- +[?0-9]", status);
        Assert.Matches(@"(?m)^web4 +reporter +- +- +0 ", status);
        Assert.Contains("web1 has refused 2 messages since its consumer's start: f2bbroker errors web1 shows which ones and why.", status);
        Assert.DoesNotContain("has no queue", status);
        string minute = $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH}";
        Assert.Matches($@"\nThe stream f2b\.history holds the bans since {minute[..^1]}[^ ]+:00\.000Z\.\n$", status);
        JsonArray json = JsonNode.Parse(await StatusAsync("--json"))!.AsArray();
        Assert.Equal(["stream", "classic", "quorum", "none"], json.Select(server => (string?)server!["type"]));
        Assert.Equal((null, 2), (json[0]!["waiting"], (int)json[0]!["errors"]!));
        Assert.All(json, server => Assert.Equal((string?)json[0]!["historySince"], (string?)server!["historySince"]));
        Assert.NotNull(json[0]!["historySince"]);
        await consumer.PublishHealthAsync("consumer", message => (message["state"], message["refused"]) = ("stopped", 2));
        await consumer.DisposeAsync();
        string stopped = "";
        await Eventually.TrueAsync(
            async () => (stopped = await StatusAsync()).Contains("web1's consumer was stopped at ", StringComparison.Ordinal),
            () => stopped);
        Assert.Matches(@"(?m)^web1 +both +stream +[^ ]+ +- +\? +\? +\? ", stopped);
    }

    [Fact]
    public async Task A_quarantine_by_a_server_that_follows_the_stream_is_shown()
    {
        await group.EnrollAsync("web2");
        Sender consumer = await ConnectAsync("consumer");
        string until = UtcTimestamp.Format(TimeProvider.System.GetUtcNow().AddMinutes(30));
        await consumer.PublishHealthAsync("consumer", message =>
            message["quarantined"] = new JsonArray(new JsonObject { ["server"] = "web2", ["until"] = until }));
        string status = await StatusAsync();
        Assert.Matches(@"(?m)^web2 +both .* web1$", status);
        Assert.Contains("web2 is quarantined: ", status);
    }

    [Fact]
    public async Task Queues_of_a_server_that_follows_the_stream_are_reported_until_it_is_enrolled_again()
    {
        await broker.PutAsync("queues/f2b/f2b.bans.web1", new() { ["durable"] = true });
        await broker.BindAsync("f2b.bans", "f2b.bans.web1");
        Sender consumer = await ConnectAsync("consumer");
        await consumer.PublishBanAsync("203.0.113.1");
        string status = "";
        await Eventually.TrueAsync(
            async () => (status = await StatusAsync()).Contains(
                "web1 follows the stream, but there is a queue f2b.bans.web1, which it does not read (1 message): delete it",
                StringComparison.Ordinal),
            () => status);
        Assert.Matches(@"(?m)^web1 +both +stream +(consumer 0\.2\.0 )?\? +- ", status);
        Assert.Equal(0, (await broker.AdminAsync("enroll", "web1", "--stream", "--force")).ExitCode);
        Assert.DoesNotContain("follows the stream", await StatusAsync());
    }

    private async Task<Sender> ConnectAsync(string program) => group.Add(await Sender.ConnectAsync(broker, web1, program));

    private async Task<string> StatusAsync(params string[] options)
    {
        Built.Outcome outcome = await broker.AdminAsync(["status", "--amqp", broker.Uri, .. options]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        return outcome.Output;
    }
}
