using System.Text.Json;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>The problems that <c>f2bbroker status</c> reports, and the live displays of it and of <c>f2bbroker watch</c>.</summary>
public sealed class StatusTests(TestBroker broker) : IAsyncLifetime
{
    private Server server = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        server = await Server.EnrollAsync(broker, "web1");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_deleted_queue_is_reported()
    {
        await broker.DeleteAsync("queues/f2b/f2b.bans.web1");
        await ReportsAsync("web1 has no queue f2b.bans.web1: somebody deleted it.");
    }

    [Fact]
    public async Task The_output_matches_the_samples_of_the_documentation()
    {
        await using Server web2 = await Server.EnrollAsync(broker, "web2", Role.Receiver);
        await using Server web3 = await Server.EnrollAsync(broker, "web3");
        await server.StartConsumerAsync();
        await web2.StartConsumerAsync();
        await server.StartProducerAsync();
        await server.LogBansAsync("203.0.113.7", "203.0.113.8");
        await web2.HasBansAsync(2);
        await using Sender ahead = await Sender.ConnectAsync(broker, server);
        string future = $"{TimeProvider.System.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ss.fffZ}";
        await ahead.PublishAsync($$"""{"ip":"203.0.113.9","jail":"sshd","server":"web1","detectedAt":"{{future}}"}""");
        await ahead.DisposeAsync();
        string expected = Documented.Shape(Documented.Commands("docs/operate.md", "`f2bbroker status`"));
        string status = "";
        await Eventually.TrueAsync(
            async () =>
            {
                await PublishHealthAsync(server);
                await PublishHealthAsync(web2);
                return Documented.Shape(status = await StatusAsync()) == expected;
            },
            () => status);
        Assert.Equal(
            Documented.Shape(Documented.Commands("docs/operate.md", "`f2bbroker errors web2`")),
            Documented.Shape((await broker.AdminAsync("errors", "web2", "--amqp", broker.Uri)).Output));
    }

    [Fact]
    public async Task An_idle_producer_reconnects_after_its_connection_was_lost()
    {
        await server.StartProducerAsync();
        string first = "";
        await Eventually.TrueAsync(async () => (first = await ProducersAsync()).Length > 0, () => server.Said);
        await broker.DeleteAsync($"connections/{Uri.EscapeDataString(first)}");
        string second = "";
        await Eventually.TrueAsync(
            async () => (second = await ProducersAsync()).Length > 0 && second != first,
            () => $"{second}\n{server.Said}");
    }

    [Fact]
    public async Task Permissions_that_F2bBroker_never_grants_are_reported()
    {
        await broker.PutAsync("permissions/f2b/web1", new() { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" });
        await ReportsAsync("web1 has permissions on the broker that F2bBroker never grants: f2bbroker enroll web1 --force");
    }

    [Fact]
    public async Task Status_with_watch_shows_changes()
    {
        await using Daemon json = new(Built.Admin, ["status", "--watch", "--json", "--amqp", broker.Uri], [Login]);
        await json.SaysAsync("\"bans24h\":0");
        await broker.AdminAsync("ban", "203.0.113.1");
        await using Sender sender = await Sender.ConnectAsync(broker, server);
        await sender.PublishBanAsync("203.0.113.2");
        await json.SaysAsync("\"bans24h\":1");
        Assert.Equal(0, json.Count("\"lag\":0.25"));
        await sender.PublishHealthAsync("consumer", message => (message["lag"], message["problems"]) = (0.25, new JsonArray("a problem")));
        await json.SaysAsync("web1\\u0027s consumer: a problem");
        Assert.NotEqual(0, json.Count("\"lag\":0.25"));
        await sender.PublishHealthAsync("consumer", message => message["state"] = "stopped");
        await json.SaysAsync("\"state\":\"stopped\"");
        Assert.Equal(0, await json.StopAsync());
        Assert.All(json.Said.Split('\n'), line => Assert.IsType<JsonArray>(JsonNode.Parse(line)));
    }

    [Fact]
    public async Task On_a_terminal_watch_prints_a_table_and_status_refreshes_itself()
    {
        await using Daemon watch = OnTerminal("watch");
        await watch.SaysAsync("no ban yet");
        await broker.AdminAsync("ban", "203.0.113.1", "--jail", "noticed");
        await watch.SaysAsync("203.0.113.1");
        await watch.SaysAsync($"{broker.Operator} 1");
        Assert.NotEqual(0, watch.Count("│ noticed"));
        await using Daemon status = OnTerminal("status --watch");
        await status.SaysAsync("Ctrl+C ends");
    }

    /// <summary>Publishes what the server's daemons report after fail2ban has banned what the consumer wrote.</summary>
    private async Task PublishHealthAsync(Server server)
    {
        await using Sender sender = await Sender.ConnectAsync(broker, server);
        string version = typeof(Topology).Assembly.GetName().Version!.ToString(3);
        string now = UtcTimestamp.Format(TimeProvider.System.GetUtcNow());
        await sender.PublishHealthAsync("consumer", message =>
        {
            (message["version"], message["lag"], message["written"], message["lastBanAt"]) = (version, 0.004, 2, now);
        });
        if (server.Name == "web1")
        {
            await sender.PublishHealthAsync("producer", message =>
            {
                message["version"] = version;
                message["enforcement"] = JsonSerializer.SerializeToNode(new Enforcement(2, 0, 0, 0, 0, now), JsonSerializerOptions.Web);
            });
        }
    }

    private string Login => $"F2BBROKER_API={broker.Api}";

    /// <summary>Returns the broker's name of the producer's connection; empty if it is not connected.</summary>
    private async Task<string> ProducersAsync() => string.Join('\n', (await broker.GetAsync("connections"))!.AsArray()
        .Where(connection => (string?)connection!["client_properties"]?["connection_name"] == "f2bbroker-producer web1 0.2.0")
        .Select(connection => (string?)connection!["name"]));

    private async Task<string> StatusAsync() => (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output;

    private async Task ReportsAsync(string message)
    {
        string status = "";
        await Eventually.TrueAsync(async () => (status = await StatusAsync()).Contains(message, StringComparison.Ordinal), () => status);
    }

    /// <summary>Runs a command on a terminal, which util-linux's script provides.</summary>
    private Daemon OnTerminal(string command) =>
        new(
            "script",
            [
                "--quiet",
                "--return",
                "--command",
                $"stty cols 120 rows 30; exec {Built.PathOf(Built.Admin)} {command} --amqp {broker.Uri}",
                "/dev/null",
            ],
            [Login, "TERM=xterm"]);
}
