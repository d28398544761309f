using System.Text.Json.Nodes;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Bridges;

/// <summary>Bridges between groups, each with its own broker.</summary>
[Collection(OnThreeBrokers.Name)]
[Trait("Form", "slow")]
public sealed class BridgeTests(ThreeBrokers brokers) : IAsyncLifetime
{
    private TestGroup a = null!;
    private TestGroup b = null!;
    private TestGroup c = null!;

    public async ValueTask InitializeAsync() =>
        (a, b, c) = (await TestGroup.StartAsync(brokers.A), await TestGroup.StartAsync(brokers.B), await TestGroup.StartAsync(brokers.C));

    public async ValueTask DisposeAsync()
    {
        foreach (TestGroup group in new[] { a, b, c })
        {
            await group.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_ban_is_enforced_once_by_each_server_of_both_groups_and_does_not_return()
    {
        Fail2Ban[] inA = [await StartServerAsync(a, "a1"), await StartServerAsync(a, "a2")];
        Fail2Ban[] inB = [await StartServerAsync(b, "b1"), await StartServerAsync(b, "b2")];
        Bridge there = await ConnectAsync(a, brokers.A, brokers.B, "to-b", "friend-a");
        Bridge back = await ConnectAsync(b, brokers.B, brokers.A, "to-a", "friend-b");

        await inA[0].AttackAsync("203.0.113.7");
        await inB[1].BansAsync("203.0.113.7");
        await inB[0].AttackAsync("2001:db8::7");
        await inA[1].BansAsync("2001:db8::7");
        // These follow the others on each way, so what would return has returned.
        await inA[0].AttackAsync("203.0.113.8");
        await inB[0].AttackAsync("203.0.113.9");
        string[] all = ["2001:db8::7", "203.0.113.7", "203.0.113.8", "203.0.113.9"];
        foreach (Fail2Ban fail2ban in (Fail2Ban[])[.. inA, .. inB])
        {
            await fail2ban.BansAsync("203.0.113.8");
            await fail2ban.BansAsync("203.0.113.9");
            Assert.Equal(all, fail2ban.Banned.Order());
        }

        await back.Consumer.HasBansAsync(4);
        Assert.Equal(
            ["Ban 2001:db8::7 jail=sshd server=b1", "Ban 203.0.113.9 jail=sshd server=b1", "Report 203.0.113.7 jail=sshd server=friend-a",
                "Report 203.0.113.8 jail=sshd server=friend-a"],
            back.Consumer.Bans.Select(line => line[..line.IndexOf(" detected=", StringComparison.Ordinal)]).Order());
        await there.Consumer.HasBansAsync(4);
        Assert.Equal(4, (await HistoryAsync(brokers.A)).Count);
        JsonArray history = await HistoryAsync(brokers.B);
        Assert.Equal(4, history.Count);
        JsonNode forwarded = history.Single(ban => (string?)ban!["ip"] == "203.0.113.7")!;
        Assert.Equal(("friend-a", "sshd", "a1"), ((string?)forwarded["server"], (string?)forwarded["jail"], (string?)forwarded["via"]));
        JsonNode original = (await HistoryAsync(brokers.A)).Single(ban => (string?)ban!["ip"] == "203.0.113.7")!;
        Assert.Equal((string?)original["detectedAt"], (string?)forwarded["detectedAt"]);
        Assert.Null(original["via"]);
    }

    [Fact]
    public async Task In_a_ring_of_three_groups_a_ban_makes_one_hop()
    {
        Server a1 = await a.EnrollAsync("a1");
        Server b1 = await b.EnrollAsync("b1");
        Server c1 = await c.EnrollAsync("c1");
        Server[] servers = [a1, b1, c1];
        foreach (Server server in servers)
        {
            await server.StartProducerAsync();
            await server.StartConsumerAsync();
        }

        await ConnectAsync(a, brokers.A, brokers.B, "to-b", "friend-a");
        await ConnectAsync(b, brokers.B, brokers.C, "to-c", "friend-b");
        await ConnectAsync(c, brokers.C, brokers.A, "to-a", "friend-c");
        await a1.LogBansAsync("203.0.113.1");
        await b1.HasBansAsync(1);
        await b1.LogBansAsync("203.0.113.2");
        await c1.HasBansAsync(1);
        await c1.LogBansAsync("203.0.113.3");
        await a1.HasBansAsync(1);
        // The same way once more, so what would make a second hop has made it.
        await a1.LogBansAsync("203.0.113.4");
        await b1.HasBansAsync(2);
        await b1.LogBansAsync("203.0.113.5");
        await c1.HasBansAsync(2);
        Assert.Equal(["203.0.113.1", "203.0.113.4"], b1.Addresses);
        Assert.Equal(["203.0.113.2", "203.0.113.5"], c1.Addresses);
        Assert.Equal(["203.0.113.3"], a1.Addresses);
    }

    [Fact]
    public async Task A_bridge_selects_servers_and_jails_and_may_hide_the_names()
    {
        Server a1 = await a.EnrollAsync("a1");
        Server a2 = await a.EnrollAsync("a2");
        Server b1 = await b.EnrollAsync("b1");
        await b1.StartConsumerAsync();
        await ConnectAsync(a, brokers.A, brokers.B, "to-b", "friend-a", "ignoreservers = a2", "ignorejails = web", "via = false");
        await a1.StartProducerAsync();
        await a2.StartProducerAsync();
        await a2.LogBansAsync("203.0.113.1");
        await a1.LogAsync("fail2ban.actions        [1674]: NOTICE  [web] Ban 203.0.113.2");
        await a1.LogBansAsync("203.0.113.3");
        await b1.HasBansAsync(1);
        Assert.Equal(["203.0.113.3"], b1.Addresses);
        JsonNode forwarded = Assert.Single(await HistoryAsync(brokers.B))!;
        Assert.Equal("-", (string?)forwarded["via"]);
        Assert.Contains(
            "friend-a forwards bans of another group, without the names of its servers.",
            (await AdminAsync(brokers.B, "status")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_why_and_stats_show_where_a_forwarded_ban_comes_from()
    {
        Server a1 = await a.EnrollAsync("a1");
        Server b1 = await b.EnrollAsync("b1");
        await b1.StartConsumerAsync();
        await ConnectAsync(a, brokers.A, brokers.B, "to-b", "friend-a");
        await a1.StartProducerAsync();
        await a1.LogBansAsync("203.0.113.7");
        await b1.HasBansAsync(1);
        Assert.Contains("  friend-a via a1", (await AdminAsync(brokers.B, "why", "203.0.113.7")).Output, StringComparison.Ordinal);
        Assert.Contains("friend-a via a1", (await AdminAsync(brokers.B, "stats")).Output, StringComparison.Ordinal);
        Assert.Contains("friend-a,sshd,203.0.113.7,a1", (await AdminAsync(brokers.B, "history", "--csv")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "friend-a forwards bans of another group: those of a1.",
            (await AdminAsync(brokers.B, "status")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_and_test_recognise_both_halves_and_refuse_a_log_from_which_bans_would_travel_on()
    {
        using TempFolder folder = new();
        Bridge bridge = a.Add(await Bridge.EnrollAsync(brokers.A, brokers.B, "to-b", "friend-a"));
        await bridge.StartAsync();
        foreach (Server half in new[] { bridge.Consumer, bridge.Producer })
        {
            File.Copy(half.Configuration, folder[$"{half.Name}.conf"]);
            File.Copy(Path.ChangeExtension(half.Configuration, ".local"), folder[$"{half.Name}.local"]);
        }

        string log = bridge.Consumer.BansLog;
        string consumer = await DoctorAsync(folder["to-b.conf"]);
        Assert.Contains($"ok     bridge: the producer of {folder["friend-a.conf"]} forwards the bans of {log}\n", consumer);
        string producer = await DoctorAsync(folder["friend-a.conf"]);
        Assert.Contains(
            $"ok     bridge: forwards the bans of {log}, which the consumer of {folder["to-b.conf"]} writes\n", producer);
        Assert.All([consumer, producer], findings => Assert.DoesNotContain("fail2ban", findings));

        File.WriteAllText(folder["to-b.conf"], File.ReadAllText(folder["to-b.conf"]).Replace("bridge = true", "bridge = false"));
        Built.Outcome test = await Built.RunAsync(Built.Producer, ["--config", folder["friend-a.conf"], "--test=config"]);
        Assert.Equal(78, test.ExitCode);
        Assert.Contains($"Set bridge = true in {folder["to-b.conf"]}", test.Errors);
        Assert.Contains($"Set bridge = true in {folder["to-b.conf"]}", await DoctorAsync(folder["friend-a.conf"]));
    }

    [Fact]
    public async Task A_pardon_in_one_group_does_not_reach_the_other()
    {
        Server a1 = await a.EnrollAsync("a1");
        Server b1 = await b.EnrollAsync("b1");
        await b1.StartConsumerAsync();
        Bridge bridge = await ConnectAsync(a, brokers.A, brokers.B, "to-b", "friend-a");
        await a1.StartProducerAsync();
        await a1.LogBansAsync("203.0.113.7");
        await b1.HasBansAsync(1);
        await AdminAsync(brokers.A, "pardon", "203.0.113.7");
        await bridge.Consumer.HasBansAsync(2);
        await a1.LogBansAsync("203.0.113.7", "203.0.113.8");
        await b1.HasBansAsync(2);
        Assert.Equal(["203.0.113.7", "203.0.113.8"], b1.Addresses);
        Assert.DoesNotContain(b1.Bans, line => line.StartsWith("Pardon", StringComparison.Ordinal));
    }

    private static async Task<Fail2Ban> StartServerAsync(TestGroup group, string name)
    {
        Server server = await group.EnrollAsync(name);
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(server));
        await server.StartProducerAsync();
        await server.StartConsumerAsync();
        return fail2ban;
    }

    private static async Task<Bridge> ConnectAsync(
        TestGroup group,
        PrivateBroker first,
        PrivateBroker second,
        string to,
        string friend,
        params string[] producerSettings)
    {
        Bridge bridge = group.Add(await Bridge.EnrollAsync(first, second, to, friend, producerSettings));
        await bridge.StartAsync();
        return bridge;
    }

    private static async Task<string> DoctorAsync(string configuration) =>
        (await Built.RunAsync(Built.Admin, ["doctor", "--config", configuration])).Output;

    private static async Task<JsonArray> HistoryAsync(PrivateBroker broker) =>
        JsonNode.Parse((await AdminAsync(broker, "history", "--json")).Output)!.AsArray();

    private static async Task<Built.Outcome> AdminAsync(PrivateBroker broker, params string[] arguments)
    {
        Built.Outcome outcome = await broker.AdminAsync([.. arguments, "--amqp", broker.Uri]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return outcome;
    }
}
