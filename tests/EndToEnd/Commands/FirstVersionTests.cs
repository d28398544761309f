using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>A broker that version 0.1 set up: <c>init</c> creates what is new and extends the rights of the servers.</summary>
public sealed class FirstVersionTests(TestBroker broker) : IAsyncLifetime
{
    private static readonly BasicProperties Named = new() { UserId = "web1" };

    private FirstVersion first = null!;

    public async ValueTask InitializeAsync() => first = await FirstVersion.SetUpAsync(broker);

    public ValueTask DisposeAsync() => first.DisposeAsync();

    [Fact]
    public async Task Init_creates_what_is_new_and_extends_the_rights_of_the_servers()
    {
        await broker.PutAsync("users/monitor", new() { ["password"] = "x", ["tags"] = "" });
        Permissions other = new("^$", "^$", ".*");
        await broker.PutAsync("permissions/f2b/monitor", Json(other));
        string[] expected =
        [
            "Virtual host f2b: already exists.",
            $"Rights of '{broker.Operator}' on it: already exists.",
            "Rights of 4 servers: extended.",
            "Rights of 'monitor': not those of a role, left unchanged. f2bbroker enroll SERVER --force grants a server those of its role, "
                + "with a new password.",
            "Exchange f2b.bans: already exists.",
            "Policy f2b.history-limits: already exists.",
            "Stream f2b.history: already exists.",
            "Exchange f2b.health.in: created.",
            "Policy f2b.health-limits: created.",
            "Stream f2b.health: created.",
            "Policy f2b.bans-limits: already exists.",
        ];
        string[] lines = await InitAsync();
        Assert.Equal(expected, lines.Take(expected.Length));
        await HasTodaysRightsAsync("web1", Role.Both);
        await HasTodaysRightsAsync("web2", Role.Both);
        await HasTodaysRightsAsync("web3", Role.Reporter);
        await HasTodaysRightsAsync("web4", Role.Receiver);
        Assert.Equal(other, await RightsOfAsync("monitor"));
        JsonNode stream = null!;
        await Eventually.TrueAsync(
            async () => (string?)(stream = (await broker.GetAsync("queues/f2b/f2b.health"))!)["policy"] == "f2b.health-limits",
            () => stream.ToJsonString());
        Assert.Equal("stream", (string?)stream["type"]);
        Assert.Contains("\"f2b.health.in\"", (await broker.GetAsync("queues/f2b/f2b.health/bindings"))!.ToJsonString());

        string before = await first.DescribeAsync();
        Assert.All(await InitAsync(), line => Assert.Matches("(: already exists?[.]|left unchanged[.] .*)$", line));
        Assert.Equal(before, await first.DescribeAsync());
    }

    [Fact]
    public async Task Connections_stay_open_and_may_publish_at_once_and_waiting_bans_stay()
    {
        await first["web1"].StartConsumerAsync();
        Daemon producer = await first["web1"].StartProducerAsync();
        await first["web1"].LogBansAsync("203.0.113.1");
        await Eventually.TrueAsync(async () => (await broker.PeekAsync("f2b.bans.web2")).Count == 1, () => producer.Said);
        await using Sender sender = await Sender.ConnectAsync(broker, first["web1"]);
        await using IChannel channel = await sender.ChannelAsync();
        await sender.PublishBanAsync("203.0.113.2");
        string[] connections = await DaemonConnectionsAsync();

        await InitAsync();

        await PublishHealthAsync(channel);
        Assert.Empty(connections.Except(
            (await broker.GetAsync("connections?disable_stats=true"))!.AsArray().Select(connection => (string)connection!["name"]!)));
        Assert.Equal(2, (await broker.PeekAsync("f2b.bans.web2")).Count);
        await first["web1"].LogBansAsync("203.0.113.3");
        await first["web2"].StartConsumerAsync();
        await first["web2"].HasBansAsync(3);
    }

    [Fact]
    public async Task Before_init_a_health_message_closes_only_its_channel()
    {
        await using Sender sender = await Sender.ConnectAsync(broker, first["web1"]);
        // The broker checks the permission before it looks for the exchange.
        Assert.Equal(403, await CodeOfHealthAsync(sender));
        await broker.PutAsync("permissions/f2b/web1", Json(Role.Both.PermissionsFor("web1")));
        Assert.Equal(404, await CodeOfHealthAsync(sender));
        await sender.PublishBanAsync("203.0.113.1");
    }

    [Fact]
    public async Task New_credentials_have_todays_rights_before_and_after_init()
    {
        foreach (string[] command in new string[][] { ["rotate", "web1"], ["enroll", "web2", "--force"] })
        {
            Built.Outcome outcome = await broker.AdminAsync(command);
            Assert.True(outcome.ExitCode == 0, outcome.Errors);
        }

        await HasTodaysRightsAsync("web1", Role.Both);
        await HasTodaysRightsAsync("web2", Role.Both);
        string[] lines = await InitAsync();
        Assert.Equal(["Rights of 2 servers: extended.", "Rights of 2 servers: already exist."], lines.Skip(2).Take(2));
        Assert.Equal(0, (await broker.AdminAsync("revoke", "web1")).ExitCode);
        Assert.Equal("Rights of 3 servers: already exist.", (await InitAsync())[2]);
    }

    [Theory]
    [InlineData("exchanges", "f2b.health.in", "An exchange f2b.health.in is there, but it is not fanout and durable. Delete it and ")]
    [InlineData("queues", "f2b.health", "A queue f2b.health is there, but it is no stream. Delete it and ")]
    public async Task An_object_of_another_type_is_reported(string kind, string name, string message)
    {
        await broker.PutAsync($"{kind}/f2b/{name}", new() { ["type"] = "direct", ["durable"] = true });
        Built.Outcome init = await broker.AdminAsync("init");
        Assert.Equal(78, init.ExitCode);
        Assert.EndsWith($"{message}run init again.\n", init.Errors);
        await broker.DeleteAsync($"{kind}/f2b/{name}");
        await InitAsync();
    }

    private static JsonObject Json(Permissions rights) =>
        new() { ["configure"] = rights.Configure, ["write"] = rights.Write, ["read"] = rights.Read };

    /// <summary>Publishes a health message, and returns the code with which the broker closes the channel.</summary>
    private static async Task<int> CodeOfHealthAsync(Sender sender)
    {
        await using IChannel channel = await sender.ChannelAsync();
        return (await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => PublishHealthAsync(channel))).ShutdownReason!.ReplyCode;
    }

    private static Task PublishHealthAsync(IChannel channel) => channel
        .BasicPublishAsync("f2b.health.in", "", mandatory: true, Named, "{}"u8.ToArray(), TestContext.Current.CancellationToken)
        .AsTask();

    private async Task<string[]> InitAsync()
    {
        Built.Outcome init = await broker.AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
        return init.Errors.TrimEnd().Split('\n');
    }

    private async Task HasTodaysRightsAsync(string server, Role role) =>
        Assert.Equal(role.PermissionsFor(server), await RightsOfAsync(server));

    private async Task<Permissions> RightsOfAsync(string user)
    {
        JsonNode rights = (await broker.GetAsync($"permissions/f2b/{user}"))!;
        return new Permissions((string)rights["configure"]!, (string)rights["write"]!, (string)rights["read"]!);
    }

    /// <summary>
    /// Returns the broker's names of the connections over which both daemons work. Their names end with the version; others are short.
    /// </summary>
    private async Task<string[]> DaemonConnectionsAsync()
    {
        string[] names = [];
        await Eventually.TrueAsync(
            async () => (names =
            [
                .. (await broker.GetAsync("connections"))!.AsArray()
                    .Where(connection => $"{connection!["user_provided_name"]}" is [.., >= '0' and <= '9'])
                    .Select(connection => (string)connection!["name"]!),
            ]).Length == 2,
            () => $"{names.Length} of 2 daemons are connected.");
        return names;
    }
}
