using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>Servers with quorum queues, and servers whose <c>queuetype</c> differs from the queue's type.</summary>
[Trait("Form", "slow")]
public sealed class QuorumQueueTests(TestBroker broker) : IAsyncLifetime
{
    private const string Quorum = "queuetype = quorum";

    public ValueTask InitializeAsync() => new(broker.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_server_enrolled_with_a_quorum_queue_has_the_setting_and_two_quorum_queues()
    {
        await using Server server = await Server.EnrollWithQuorumQueueAsync(broker, "web1");
        Assert.EndsWith($"\n[consumer]\n{Quorum}\n", File.ReadAllText(server.Local));
        Assert.Equal(0, (await TestAsync(server)).ExitCode);
        await server.StartConsumerAsync();
        Assert.Equal(("quorum", "quorum"), (await TypeAsync("f2b.bans.web1"), await TypeAsync("f2b.bans.web1_error")));
        Assert.Empty((JsonArray)JsonNode.Parse((await broker.AdminAsync("status", "--json")).Output)![0]!["doubts"]!);
    }

    [Fact]
    public async Task The_limits_apply_to_both_queue_types_and_deliveries_are_not_limited()
    {
        await using Server one = await Server.EnrollAsync(broker, "web1");
        await using Server two = await Server.EnrollWithQuorumQueueAsync(broker, "web2");
        foreach (string name in new[] { one.Name, two.Name })
        {
            JsonNode queue = await LimitedAsync($"f2b.bans.{name}");
            JsonObject limits = (JsonObject)queue["effective_policy_definition"]!;
            Assert.Superset(
                new HashSet<string> { "max-length", "max-length-bytes", "message-ttl", "overflow" },
                limits.Select(limit => limit.Key).ToHashSet());
            // RabbitMQ 3 has no delivery limit, RabbitMQ 4 has one of 20.
            Assert.Contains(queue["delivery_limit"]?.ToString(), new[] { null, "unlimited" });
        }
    }

    [Fact]
    public async Task After_an_upgrade_to_RabbitMQ_4_init_removes_the_delivery_limit_and_keeps_the_operators_limits()
    {
        const string limits = "policies/f2b/f2b.bans-limits";
        const string quorumLimits = "policies/f2b/f2b.bans-quorum-limits";
        await broker.DeleteAsync(quorumLimits);
        JsonNode own = (await broker.GetAsync(limits))!;
        await broker.PutAsync(limits, new()
        {
            ["pattern"] = own["pattern"]!.DeepClone(),
            ["apply-to"] = "queues",
            ["priority"] = 3,
            ["definition"] = new JsonObject { ["max-length"] = 5, ["overflow"] = "drop-head" },
        });
        Assert.Equal(0, (await broker.AdminAsync("init")).ExitCode);
        Assert.Equal(5, (int)(await broker.GetAsync(limits))!["definition"]!["max-length"]!);
        JsonNode? created = await broker.GetAsync(quorumLimits);
        if (((string)(await broker.GetAsync("overview"))!["rabbitmq_version"]!).StartsWith("3.", StringComparison.Ordinal))
        {
            Assert.Null(created);
            return;
        }

        Assert.Equal(
            (5, -1, "drop-head"),
            (
                (int)created!["definition"]!["max-length"]!,
                (int)created["definition"]!["delivery-limit"]!,
                (string)created["definition"]!["overflow"]!));
        Assert.Equal((4, "quorum_queues"), ((int)created["priority"]!, (string)created["apply-to"]!));
    }

    [Fact]
    public async Task A_new_login_keeps_the_type_and_the_queue_and_another_type_is_refused_before_anything_is_changed()
    {
        await using Server quorum = await Server.EnrollWithQuorumQueueAsync(broker, "web1");
        await using Server classic = await Server.EnrollAsync(broker, "web2");
        Built.Outcome kept = await broker.AdminAsync("enroll", "web1", "--force");
        Assert.Equal((0, true), (kept.ExitCode, kept.Output.EndsWith($"[consumer]\n{Quorum}\n", StringComparison.Ordinal)));
        Built.Outcome refused = await broker.AdminAsync("enroll", "web2", "--force", "--quorum-queue");
        Assert.Equal((78, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(
            "'web2' has a classic queue, and a queue's type cannot be changed. f2bbroker revoke web2, then enroll it again with "
                + "--quorum-queue: ",
            refused.Errors);
        Assert.Equal("classic", await TypeAsync("f2b.bans.web2"));
        await classic.StartConsumerAsync();
    }

    [Fact]
    public async Task A_new_login_for_a_classic_queue_removes_queuetype_from_the_settings()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1");
        string local = server.Local;
        File.AppendAllText(local, $"[consumer]\nmaxage = 2h\n{Quorum}\n");
        Assert.Equal(0, (await broker.AdminAsync("enroll", "web1", "--force", "--uri", broker.Uri, "--out", local)).ExitCode);
        Assert.EndsWith("[consumer]\nmaxage = 2h\n", File.ReadAllText(server.Local));
    }

    [Theory]
    [InlineData(
        true,
        "queuetype = classic",
        "[consumer] queuetype is classic, and the queue f2b.bans.web1 on the broker is of another type, which cannot be changed. If "
            + "the server was enrolled with such a queue, set queuetype = quorum. Otherwise run f2bbroker revoke web1")]
    [InlineData(
        false,
        Quorum,
        "[consumer] queuetype is quorum, and the queue f2b.bans.web1 on the broker is of another type, which cannot be changed. If "
            + "the server was enrolled with such a queue, set queuetype = classic. Otherwise run f2bbroker revoke web1")]
    public async Task A_queue_of_another_type_fails_the_test_and_ends_the_consumer(
        bool isQuorum,
        string setting,
        string message)
    {
        await using Server server = await (
            isQuorum ? Server.EnrollWithQuorumQueueAsync(broker, "web1") : Server.EnrollAsync(broker, "web1"));
        string variable = $"F2BBROKER_CONSUMER__QUEUETYPE={setting.Split(' ')[^1]}";
        Built.Outcome test = await TestAsync(server, variable);
        Assert.Equal((78, true), (test.ExitCode, test.Errors.Contains(message, StringComparison.Ordinal)));
        Daemon consumer = server.Start(Built.Consumer, variable);
        Assert.Equal(78, await consumer.EndAsync());
        Assert.Contains(message, consumer.Said);
    }

    [Fact]
    public async Task An_error_queue_of_another_type_ends_the_consumer()
    {
        await using Server server = await Server.EnrollWithQuorumQueueAsync(broker, "web1");
        await broker.PutAsync("queues/f2b/f2b.bans.web1_error", new() { ["durable"] = true });
        Daemon consumer = server.Start(Built.Consumer);
        Assert.Equal(78, await consumer.EndAsync());
        Assert.Contains(
            "the queue f2b.bans.web1_error on the broker is of another type, which cannot be changed: delete that queue",
            consumer.Said);
    }

    [Fact]
    public async Task A_second_consumer_of_the_same_server_logs_an_error_ends_and_receives_no_ban()
    {
        await using Server server = await Server.EnrollWithQuorumQueueAsync(broker, "web1");
        await server.StartConsumerAsync();
        await using Server origin = await Server.EnrollAsync(broker, "web2");
        await using Sender sender = await Sender.ConnectAsync(broker, origin);
        Daemon second = server.Start(Built.Consumer);
        Assert.Equal(78, await second.EndAsync());
        Assert.Contains("Another consumer is connected as 'web1' and holds its queue.", second.Said);
        Assert.DoesNotContain("Receiving from", second.Said);
        await sender.PublishBanAsync("203.0.113.7");
        await server.HasBansAsync(1);
    }

    [Fact]
    public async Task A_ban_delivered_25_times_without_acknowledgement_is_not_dropped()
    {
        await using Server server = await Server.EnrollWithQuorumQueueAsync(broker, "web1");
        await using Server origin = await Server.EnrollAsync(broker, "web2");
        await using Sender sender = await Sender.ConnectAsync(broker, origin);
        await sender.PublishBanAsync("203.0.113.7");
        await using Sender own = await Sender.ConnectAsync(broker, server);
        for (int i = 0; i < 25; i++)
        {
            // Like a killed consumer: the channel is closed, and the message returns to the queue.
            await own.ReceiveWithoutAckAsync("f2b.bans.web1");
        }

        await server.StartConsumerAsync();
        await server.HasBansAsync(1);
    }

    /// <summary>Waits until the broker reports the queue's limits. Returns the queue.</summary>
    private async Task<JsonNode> LimitedAsync(string name)
    {
        JsonNode queue = null!;
        await Eventually.TrueAsync(
            async () =>
                (queue = (await broker.GetAsync($"queues/f2b/{name}"))!)["effective_policy_definition"] is JsonObject { Count: > 0 },
            () => queue.ToJsonString());
        return queue;
    }

    private static Task<Built.Outcome> TestAsync(Server server, params IEnumerable<string> environment) =>
        Built.RunAsync(Built.Consumer, ["--config", server.Configuration, "--test"], environment);

    private async Task<string?> TypeAsync(string queue) => (string?)(await broker.GetAsync($"queues/f2b/{queue}"))!["type"];
}
