using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>The health messages of the daemons.</summary>
public sealed class HealthTests(TestBroker broker) : IAsyncLifetime
{
    private const string Producer = HealthMessage.Producer;
    private const string Consumer = HealthMessage.Consumer;

    /// <summary>Much less than the minute after which a message is sent anyway.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(25);

    private readonly HashSet<string> closed = [];
    private TestGroup group = null!;
    private Server server = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        server = await group.EnrollAsync("web1");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Both_daemons_report_when_they_are_ready_and_when_they_are_stopped_but_not_when_they_are_killed()
    {
        HealthQueue health = await HealthQueue.BindAsync(broker);
        Daemon consumer = await server.StartConsumerAsync();
        Daemon producer = await server.StartProducerAsync();
        foreach (string program in new[] { Producer, Consumer })
        {
            JsonNode first = await health.ShowsAsync(program, IsReady);
            Assert.Equal("0.2.0", (string?)first["version"]);
            Assert.Empty(first["problems"]!.AsArray());
            JsonNode properties = Assert.Single(await health.MessagesAsync(program)).Properties;
            Assert.Equal("web1", (string?)properties["user_id"]);
            Assert.Equal(1, (int?)properties["delivery_mode"]);
            Assert.Equal("application/json", (string?)properties["content_type"]);
        }

        Assert.Equal(0, await consumer.StopAsync());
        await health.ShowsAsync(Consumer, IsStopped);
        await producer.KillAsync();
        await server.StartProducerAsync();
        await Eventually.TrueAsync(async () => (await health.MessagesAsync(Producer)).Count >= 2, () => server.Said);
        Assert.All(await health.MessagesAsync(Producer), message => Assert.True(IsReady(message.Body)));
    }

    [Fact]
    public async Task The_messages_contain_what_the_daemons_did()
    {
        HealthQueue health = await HealthQueue.BindAsync(broker);
        Server receiver = await group.EnrollAsync("web2", "maxbans = 2/10m");
        Daemon consumer = await receiver.StartConsumerAsync();
        Daemon producer = await server.StartProducerAsync();
        await server.LogBansAsync("203.0.113.1", "203.0.113.2", "203.0.113.3");
        await server.LogAsync("fail2ban.actions        [1674]: NOTICE  [sshd] Restore Ban 203.0.113.4");
        await using (Sender sender = await Sender.ConnectAsync(broker, server))
        {
            await sender.PublishAsync("not a ban");
        }

        await broker.RefusedAsync(2);
        await receiver.HasBansAsync(2);
        await producer.SaysAsync("Published: ", 3);
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(0, await producer.StopAsync());
        JsonNode sent = await health.ShowsAsync(Producer, IsStopped);
        Assert.Equal(3, (long?)sent["published"]);
        Assert.Equal("""{"Restore Ban":1}""", sent["skipped"]!.ToJsonString());
        Assert.Equal("""{"bans":0,"bytes":0}""", sent["backlog"]!.ToJsonString());
        Assert.NotNull(UtcTimestamp.Parse((string?)sent["lastBanAt"] ?? ""));
        JsonNode received = await health.ShowsAsync(Consumer, IsStopped, "web2");
        Assert.Equal((2, 1), ((long?)received["written"], (long?)received["refused"]));
        Assert.Equal("""{"of a quarantined server":1}""", received["skipped"]!.ToJsonString());
        Assert.Equal("web1", (string?)received["quarantined"]!.AsArray().Single()!["server"]);
        Assert.InRange((double)received["lag"]!, 0, 60);
        Assert.Equal(0, (long?)received["backlog"]!["bans"]);
        Assert.NotNull(UtcTimestamp.Parse((string?)received["backlog"]!["until"] ?? ""));
        Assert.NotNull(UtcTimestamp.Parse((string?)received["lastBanAt"] ?? ""));
    }

    [Fact]
    public async Task A_full_disk_is_reported_at_once_and_its_end_too_in_the_words_of_the_log()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, SmallDisk.SkipReason);
        HealthQueue health = await HealthQueue.BindAsync(broker);
        SmallDisk disk = group.Add(await SmallDisk.MountAsync());
        Server receiver = await group.EnrollAsync("web2");
        receiver.MoveBansLog(disk.Path);
        server.MoveCheckpoint(disk.Path);
        Daemon consumer = await receiver.StartConsumerAsync();
        Daemon producer = await server.StartProducerAsync();
        await health.ShowsAsync(Consumer, IsReady, "web2");
        await health.ShowsAsync(Producer, IsReady);
        disk.Fill();
        await server.LogBansAsync([.. Enumerable.Range(1, 99).Select(i => $"203.0.113.{i}")]);
        JsonNode full = await health.ShowsAsync(Consumer, message => Problems(message).Length == 1, "web2", AtOnce);
        Assert.StartsWith("Cannot write ", Problems(full)[0]);
        await consumer.SaysOnceAsync(Problems(full)[0]);
        Assert.NotEqual(0, (long)full["backlog"]!["bans"]!);
        full = await health.ShowsAsync(Producer, message => Problems(message).Length == 1, within: AtOnce);
        Assert.StartsWith("Cannot save the checkpoint: ", Problems(full)[0]);
        await producer.SaysOnceAsync(Problems(full)[0]);
        disk.Free();
        await consumer.SaysAsync("Can write ");
        await health.ShowsAsync(Consumer, message => Problems(message).Length == 0, "web2", AtOnce);
        await server.LogBansAsync("198.51.100.1");
        await health.ShowsAsync(Producer, message => Problems(message).Length == 0, within: AtOnce);
    }

    [Fact]
    public async Task A_missing_log_and_bans_that_cannot_be_shared_are_reported()
    {
        HealthQueue health = await HealthQueue.BindAsync(broker);
        Daemon producer = await server.StartProducerAsync();
        await health.ShowsAsync(Producer, IsReady);
        File.AppendAllText(server.Fail2BanLog, "fail2ban.actions        [1674]: NOTICE  [sshd] Ban 203.0.113.1\n");
        JsonNode message = await health.ShowsAsync(Producer, body => Problems(body).Length == 1, within: AtOnce);
        Assert.StartsWith("A ban was logged without a date.", Problems(message)[0]);
        await producer.SaysOnceAsync(Problems(message)[0]);
        File.Delete(server.Fail2BanLog);
        message = await health.ShowsAsync(Producer, body => Problems(body).Length == 2, within: AtOnce);
        Assert.StartsWith($"{server.Fail2BanLog} no longer exists, so no bans are read from it.", Problems(message)[1]);
        await producer.SaysOnceAsync(Problems(message)[1]);
        await server.LogBansAsync("203.0.113.2");
        await producer.SaysAsync("Published: ");
        await health.ShowsAsync(Producer, body => Problems(body).Length == 1, within: AtOnce);
    }

    [Fact]
    public async Task A_broker_without_the_exchange_is_named_once_and_reported_to_when_the_exchange_exists()
    {
        await broker.DeleteAsync($"exchanges/f2b/{Topology.HealthExchange}");
        Server receiver = await group.EnrollAsync("web2");
        Daemon[] daemons = [await server.StartProducerAsync(), await receiver.StartConsumerAsync()];
        const string missing = "The broker has no exchange f2b.health.in; f2bbroker init creates it.";
        await Task.WhenAll(daemons.Select(daemon => daemon.SaysAsync(missing)));
        await CloseHealthConnectionsAsync(2);
        await server.LogBansAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        HealthQueue health = await HealthQueue.BindAsync(broker);
        await CloseHealthConnectionsAsync(2);
        await health.ShowsAsync(Producer, IsReady);
        await health.ShowsAsync(Consumer, IsReady, "web2");
        Assert.All(daemons, daemon => Assert.Equal(1, daemon.Count(Topology.HealthExchange)));
    }

    [Fact]
    public async Task Permissions_of_version_0_1_are_named_once_and_the_daemon_reports_when_they_are_renewed()
    {
        HealthQueue health = await HealthQueue.BindAsync(broker);
        await GrantAsync(Role.Both.FirstPermissionsFor("web1")!);
        Daemon producer = await server.StartProducerAsync();
        await producer.SaysAsync("This server has no permission to publish to f2b.health.in; f2bbroker init grants it.");
        await server.LogBansAsync("203.0.113.1");
        await producer.SaysAsync("Published: ");
        await GrantAsync(Role.Both.PermissionsFor("web1"));
        await CloseHealthConnectionsAsync(1);
        JsonNode message = await health.ShowsAsync(Producer, IsReady);
        Assert.Equal(1, (long?)message["published"]);
        await producer.SaysOnceAsync(Topology.HealthExchange);
    }

    private static bool IsReady(JsonNode message) => (string?)message["state"] == HealthMessage.Ready;

    private static bool IsStopped(JsonNode message) => (string?)message["state"] == HealthMessage.Stopped;

    private static string[] Problems(JsonNode message) => [.. message["problems"]!.AsArray().Select(problem => $"{problem}")];

    private Task GrantAsync(Permissions rights) =>
        broker.PutAsync(
            "permissions/f2b/web1",
            new() { ["configure"] = rights.Configure, ["write"] = rights.Write, ["read"] = rights.Read });

    /// <summary>Closes the connections on which the daemons report, and no other, so that they connect again.</summary>
    private async Task CloseHealthConnectionsAsync(int count)
    {
        JsonNode[] found = [];
        await Eventually.TrueAsync(
            async () => (found = [.. ((JsonArray)(await broker.GetAsync("connections"))!)
                .Select(connection => connection!)
                .Where(connection => $"{connection["user_provided_name"]}".EndsWith(" health", StringComparison.Ordinal))
                // The broker's statistics still contain those that were closed a moment ago.
                .Where(connection => !closed.Contains($"{connection["name"]}"))]).Length == count,
            () => $"{found.Length} of {count} daemons are connected.");
        foreach (string name in found.Select(connection => $"{connection["name"]}"))
        {
            closed.Add(name);
            await broker.DeleteAsync($"connections/{Uri.EscapeDataString(name)}");
        }
    }
}
