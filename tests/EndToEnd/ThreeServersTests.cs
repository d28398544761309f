using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests;

/// <summary>Three servers, each with its real fail2ban, producer and consumer.</summary>
public sealed class ThreeServersTests(TestBroker broker) : IAsyncLifetime
{
    private readonly List<Server> servers = [];
    private readonly List<Fail2Ban> fail2bans = [];
    private TestGroup group = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        foreach (string name in new[] { "a", "b", "c" })
        {
            Server server = await group.EnrollAsync(name, "minprefix4 = 24");
            servers.Add(server);
            fail2bans.Add(group.Add(await Fail2Ban.StartAsync(server)));
            await server.StartProducerAsync();
            await server.StartConsumerAsync();
        }
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_ban_of_one_server_reaches_the_others_and_is_not_sent_back()
    {
        await fail2bans[0].AttackAsync("203.0.113.7");
        await fail2bans[0].AttackAsync("2001:db8::7");
        await fail2bans[0].BansAsync("203.0.113.7");
        await fail2bans[0].BansAsync("2001:db8::7");
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "198.51.100.0/24");
        foreach (Fail2Ban peer in fail2bans[1..])
        {
            await peer.BansAsync("203.0.113.7");
            await peer.BansAsync("2001:db8::7");
            await peer.BansAsync("198.51.100.0/24");
        }

        // B and C log the bans that they received from A as bans of the jail f2bbroker, which is not shared.
        await fail2bans[1].AttackAsync("203.0.113.8");
        await fail2bans[0].BansAsync("203.0.113.8");
        await servers[0].HasBansAsync(1);
        await fail2bans[2].BansAsync("203.0.113.8");
        await servers[2].HasBansAsync(4);
        Assert.Equal(4, fail2bans[2].Banned.Count);
    }

    [Fact]
    public async Task Only_bans_are_shared_and_no_line_that_resembles_one()
    {
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "203.0.113.1");
        await servers[1].HasBansAsync(1);
        await fail2bans[0].ClientAsync("set", "sshd", "unbanip", "203.0.113.1");
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "203.0.113.2");
        await servers[1].HasBansAsync(2);
        await fail2bans[0].StopAsync();
        await fail2bans[0].StartAsync();
        await Eventually.TrueAsync(
            () => File.ReadAllText(servers[0].Fail2BanLog).Contains("[sshd] Restore Ban 203.0.113.2", StringComparison.Ordinal),
            () => File.ReadAllText(servers[0].Fail2BanLog));
        await servers[0].LogAsync(
            "fail2ban.actions        [1]: NOTICE  [f2bbroker] Ban 192.0.2.1",
            "fail2ban.actions        [1]: NOTICE  [recidive] Ban 192.0.2.1",
            "fail2ban.actions        [1]: NOTICE  [sshd] Repeal Ban 192.0.2.1",
            "fail2ban.actions        [1]: NOTICE  [sshd] Reban 192.0.2.1",
            "fail2ban.actions        [1]: NOTICE  [sshd] Unban 192.0.2.1",
            "fail2ban.actions        [1]: NOTICE  [sshd] 192.0.2.1 already banned",
            "fail2ban.actions        [1]: NOTICE  [sshd] Flush ticket(s) with record",
            "fail2ban.actions        [1]: NOTICE  [sshd] Ban bob smith] Ban 192.0.2.1",
            "fail2ban.actions        [1]: NOTICE  [sshd] Ban 192.0.2.1/alice",
            "fail2ban.actions        [1]: NOTICE  [sshd] Ban 192.0.2.1 ",
            "fail2ban.actions        [1]: NOTICE  [sshd] Ban 14.160.0.0 ",
            "fail2ban.observer       [1]: NOTICE  [sshd] Increase Ban 192.0.2.1 (2 # 30s -> 2026-11-23 02:53:58)",
            "fail2ban.observer       [1]: INFO    [sshd] Found 192.0.2.1, bad - 2026-11-23 02:53:50, 1 # -> 2, Ban",
            "fail2ban.filter         [1]: INFO    [sshd] Found bob smith] Ban 192.0.2.1 - 2026-11-23 02:49:53",
            "fail2ban.filter         [1]: INFO    [sshd] Ignore 192.0.2.1 by ip",
            "fail2ban.filter         [1]: WARNING [sshd] Please check a jail for a timing issue. Line with odd timestamp: "
                + "2026-11-23 02:49:54,641 fail2ban.actions        [1]: NOTICE  [sshd] Ban 192.0.2.1");
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "203.0.113.3");
        await servers[1].HasBansAsync(3);
        await servers[2].HasBansAsync(3);
        Assert.Equal(["203.0.113.1", "203.0.113.2", "203.0.113.3"], servers[1].Addresses);
    }

    [Fact]
    public async Task A_network_wider_than_minprefix_is_skipped()
    {
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "14.160.0.0/11");
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "203.0.113.3");
        await fail2bans[1].BansAsync("203.0.113.3");
        await servers[1].HasBansAsync(1);
    }

    [Fact]
    public async Task A_ban_by_mistake_is_released_on_all_servers_by_one_command_and_does_not_return()
    {
        foreach ((Server server, Fail2Ban fail2ban) in servers.Zip(fail2bans))
        {
            File.WriteAllLines(Path.Combine(server.Folder, "etc/jail.d/pardon.local"), ["[f2bbroker-pardon]", "enabled = true"]);
            await fail2ban.ClientAsync("reload");
        }

        await fail2bans[0].AttackAsync("203.0.113.7");
        await fail2bans[1].BansAsync("203.0.113.7");
        await fail2bans[2].BansAsync("203.0.113.7");
        Built.Outcome pardon = await broker.AdminAsync("pardon", "203.0.113.7", "--amqp", broker.Uri);
        Assert.True(pardon.ExitCode == 0, pardon.Errors);
        foreach (Fail2Ban fail2ban in fail2bans)
        {
            await fail2ban.HoldsAsync("sshd");
            await fail2ban.HoldsAsync("f2bbroker");
        }

        // The first server bans it again. The others get that report, and the one after it.
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "203.0.113.7");
        await fail2bans[0].ClientAsync("set", "sshd", "banip", "203.0.113.9");
        await fail2bans[1].BansAsync("203.0.113.9");
        await fail2bans[2].BansAsync("203.0.113.9");
        Assert.Equal(["203.0.113.9"], await fail2bans[1].HeldAsync("f2bbroker"));
        Assert.Equal(["203.0.113.9"], await fail2bans[2].HeldAsync("f2bbroker"));

        // The bans of the jail f2bbroker-pardon are not shared.
        string history = (await broker.AdminAsync("history", "--json", "--amqp", broker.Uri)).Output;
        Assert.Equal(
            ["203.0.113.7", "203.0.113.7", "203.0.113.9"],
            JsonNode.Parse(history)!.AsArray().Select(ban => (string?)ban!["ip"]).Order());
    }
}
