using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>What <c>f2bbroker status</c> shows of the health messages, written here with the servers' own logins.</summary>
public sealed class HealthStatusTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Sender web1 = null!;
    private Sender web2 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await EnrollAsync("web1", "consumer", "producer");
        web2 = await EnrollAsync("web2", "consumer", "producer");
        await web1.PublishBanAsync("203.0.113.1");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Programs_are_shown_with_version_age_and_lag_and_stopped_ones_are_named()
    {
        await web1.PublishHealthAsync("producer");
        await web1.PublishHealthAsync("consumer", message => message["lag"] = 0.25);
        await using Sender web3 = await EnrollAsync("web3", "other");
        await web3.PublishHealthAsync("producer", message => message["state"] = "stopped");
        string status = await StatusAsync();
        Assert.Matches(@"(?m)^web1 +both +classic +consumer 0\.2\.0 \d+s, producer 0\.2\.0 \d+s +1 +0\.25s +\? +0 ", status);
        Assert.Matches(@"(?m)^web2 +both +classic +consumer 0\.2\.0 \?, producer 0\.2\.0 \? +1 +\? +\? +0 ", status);
        Assert.Matches(
            @"(?m)^web3's producer was stopped at 20[^ ]+Z: on web3, systemctl start f2bbroker-producer\.$",
            status);
        Assert.Contains("web3's consumer was never seen within 7 days: on web3, ", status);
        Assert.DoesNotMatch("web[12]'s", status);
        JsonNode json = JsonNode.Parse(await StatusAsync("--json"))!;
        Assert.Equal(["consumer", "producer"], json[0]!["connected"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(0.25, (double)json[0]!["lag"]!);
        Assert.Equal("stopped", (string)json[2]!["programs"]![1]!["state"]!);
        Assert.Equal("never seen", (string)json[2]!["programs"]![0]!["state"]!);
    }

    [Fact]
    public async Task Problems_and_quarantines_are_shown_under_the_servers_name_without_control_characters()
    {
        string until = $"{TimeProvider.System.GetUtcNow().AddMinutes(30):yyyy-MM-ddTHH:mm:ss.fffZ}";
        await web1.PublishHealthAsync("consumer", message =>
        {
            message["version"] = "0.2\u001b[2J\n web9";
            message["problems"] = new JsonArray("Cannot write\u001b]0;x\u0007 bans.log:\nweb2 is fine", "b", "c", "d", "e");
            message["quarantined"] = new JsonArray(
                new JsonObject { ["server"] = "web2", ["until"] = until },
                new JsonObject { ["server"] = "web1", ["until"] = "2026-01-01T00:00:00.000Z" });
        });
        string status = await StatusAsync();
        Assert.DoesNotMatch(@"[\p{Cc}-[\n]]", status);
        Assert.Contains("web1's consumer: Cannot write ]0;x  bans.log: web2 is fine\n", status);
        Assert.Contains("web1's consumer has 2 more problems: ", status);
        Assert.Matches(@"(?m)^web1 .* -$", status);
        Assert.Matches(@"(?m)^web2 .* web1$", status);
        Assert.Contains("web2 is quarantined: ", status);
        Assert.DoesNotMatch(@"\\u001[bB]", await StatusAsync("--json"));
    }

    [Fact]
    public async Task A_server_is_believed_only_about_itself_and_only_through_the_exchange()
    {
        await web2.PublishHealthAsync("consumer", message => message["server"] = "web1");
        await web2.PublishHealthBodyAsync("{}");
        await web2.PublishHealthBodyAsync(new string('x', 4097));
        await web2.PublishHealthAsync("consumer", message => message["problems"] = new JsonArray((JsonNode?)null));
        await web2.PublishHealthAsync(
            "producer",
            message => message["problems"] = new JsonArray([.. Enumerable.Range(0, 11).Select(i => (JsonNode)$"{i}")]));
        string status = await StatusAsync();
        Assert.Contains(
            "5 messages of web2 in f2b.health do not count, for example: server 'web1' is not the sender 'web2'. If web2 was compromised, "
                + "f2bbroker revoke web2.\n",
            status);
        Assert.Matches(@"(?m)^web2 +both +classic +consumer 0\.2\.0 \?, producer 0\.2\.0 \? ", status);

        await web2.BindExchangeAsync("f2b.bans", "f2b.health.in");
        await web2.BindExchangeAsync("f2b.bans.web2", "f2b.health.in");
        await web1.PublishBanAsync("203.0.113.2");
        status = await StatusAsync();
        Assert.Contains("The exchange f2b.health.in is fed by the exchange f2b.bans (once), which F2bBroker never sets up.", status);
        Assert.Contains("The exchange f2b.health.in is fed by the exchange f2b.bans.web2 (once), which F2bBroker never sets up.", status);
        Assert.Contains("1 message of web1 in f2b.health does not count, for example: published to the exchange 'f2b.bans'.\n", status);
    }

    [Fact]
    public async Task The_clock_of_a_server_and_that_of_the_operator_change_no_state()
    {
        await PublishAsync(web1, TimeSpan.FromHours(1));
        await PublishAsync(web2, TimeSpan.FromHours(-1));
        Built.Outcome outcome = await Built.RunAsync(
            Built.Admin,
            ["status", "--amqp", broker.Uri],
            [$"F2BBROKER_API={broker.Api}", .. FakeClock.Off("+2h")]);
        Assert.Matches(@"(?m)^web1 +both +classic +consumer 0\.2\.0 \?, producer 0\.2\.0 \? ", outcome.Output);
        Assert.Matches(
            "(?m)^web1's clock is at least (59|60) minutes ahead of the broker's: synchronise both \\(NTP\\)\\.$",
            outcome.Output);
        Assert.Matches("(?m)^web2's clock is at least 5[78] minutes behind the broker's: ", outcome.Output);
        Assert.DoesNotContain("sent nothing", outcome.Output);
    }

    [Fact]
    public async Task A_ban_that_fail2ban_does_not_enforce_is_named()
    {
        await PublishAsync(web1, written: -30, logged: -60);
        await PublishAsync(web2, written: -30, logged: -29);
        string status = await StatusAsync();
        Assert.Matches(@"(?m)^web1 .* 1 +- +no +0 ", status);
        Assert.Matches(@"(?m)^web2 .* 1 +- +yes +0 ", status);
        Assert.Matches(
            @"(?m)^web1's consumer wrote a ban at 20[^ ]+Z, but its fail2ban has banned none since 20[^ ]+Z: is the jail f2bbroker ",
            status);
        Assert.DoesNotContain("web2's", status);
        JsonNode json = JsonNode.Parse(await StatusAsync("--json"))!;
        Assert.Equal(("no", "yes"), ((string?)json[0]!["enforced"], (string?)json[1]!["enforced"]));
    }

    [Fact]
    public async Task Without_the_stream_status_shows_what_the_management_API_knows()
    {
        await web1.PublishHealthAsync("consumer");
        await broker.DeleteAsync("queues/f2b/f2b.health");
        Built.Outcome outcome = await broker.AdminAsync("status", "--amqp", broker.Uri);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Matches(@"^The broker has no stream f2b\.health, .*: run f2bbroker init\.\n$", outcome.Errors);
        Assert.Matches(@"(?m)^web1 +both +classic +[^-]+ +1 +\? +\? +0 .* \?$", outcome.Output);
    }

    /// <summary>Enrolls a server and connects as these programs.</summary>
    private async Task<Sender> EnrollAsync(string name, params string[] programs)
    {
        Server server = await group.EnrollAsync(name);
        Sender[] senders = [.. await Task.WhenAll(programs.Select(program => Sender.ConnectAsync(broker, server, program)))];
        return senders.Select(group.Add).ToArray()[^1];
    }

    private static Task PublishAsync(Sender sender, TimeSpan ahead) => Task.WhenAll(
        new[] { "consumer", "producer" }.Select(program => sender.PublishHealthAsync(program, message => message["at"] = Time(ahead))));

    private static async Task PublishAsync(Sender sender, int written, int logged)
    {
        await sender.PublishHealthAsync("consumer", message =>
        {
            message["written"] = 14;
            message["lastBanAt"] = Time(TimeSpan.FromMinutes(written));
        });
        await sender.PublishHealthAsync("producer", message => message["enforcement"] = new JsonObject
        {
            ["banned"] = 2,
            ["alreadyBanned"] = 0,
            ["ignored"] = 0,
            ["restored"] = 0,
            ["failed"] = 0,
            ["lastAt"] = Time(TimeSpan.FromMinutes(logged)),
        });
    }

    private static string Time(TimeSpan fromNow) => $"{TimeProvider.System.GetUtcNow() + fromNow:yyyy-MM-ddTHH:mm:ss.fffZ}";

    /// <summary>Returns the status once the statistics contain all connections.</summary>
    private async Task<string> StatusAsync(params string[] options)
    {
        string status = "";
        await Eventually.TrueAsync(
            async () => !Regex.IsMatch(
                status = (await broker.AdminAsync(["status", "--amqp", broker.Uri, .. options])).Output,
                @"(?m)^web. +both +classic +([^,]*, )*\? |""connected"": null"),
            () => status);
        return status;
    }
}
