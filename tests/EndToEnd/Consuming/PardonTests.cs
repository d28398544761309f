namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>Pardons: an operator takes bans back, and no server writes them again.</summary>
public sealed class PardonTests(TestBroker broker) : IAsyncLifetime
{
    private const string Pardoned = "203.0.113.7";
    private const string Following = "Following f2b.pardons: ";

    private TestGroup group = null!;
    private Server web1 = null!;
    private Sender origin = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollAsync("web1");
        origin = await group.ConnectAsync(web1);
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task An_address_stays_pardoned_on_all_servers_until_the_pardon_ends()
    {
        Server web2 = await group.EnrollAsync("web2");
        Server web3 = await group.EnrollAsync("web3");
        Server offline = await group.EnrollAsync("web4");
        Daemon consumer = await web2.StartConsumerAsync();
        await web3.StartConsumerAsync();
        await origin.PublishBanAsync(Pardoned);
        await web2.HasBansAsync(1);
        await web3.HasBansAsync(1);

        await AdminAsync("pardon", Pardoned, "--forever", "--reason", "our office");
        foreach (Server server in new[] { web2, web3 })
        {
            await server.HasBansAsync(2);
            Assert.Equal($"Pardon {Pardoned} operator={broker.Operator} until=-", server.Bans[1]);
        }

        // The origin's fail2ban bans it again, and a network around it.
        await origin.PublishBanAsync(Pardoned);
        await origin.PublishBanAsync("203.0.113.8");
        await web2.HasBansAsync(3);
        await web3.HasBansAsync(3);
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Matches("Skipped bans: (1 already written, )?1 pardoned[.]", consumer.Said);

        // Restarted with a deleted queue, offline until now, and new: history and queue do not bring it back.
        await broker.DeleteAsync("queues/f2b/f2b.bans.web2");
        await (await web2.StartConsumerAsync()).SaysAsync("Finished reading f2b.history from ");
        Server added = await group.EnrollAsync("web5");
        foreach (Server server in new[] { offline, added })
        {
            await (await server.StartConsumerAsync()).SaysAsync("Finished reading f2b.history from ");
            Assert.Equal([$"Pardon {Pardoned}", "Ban 203.0.113.8"], Words(server));
        }

        Assert.Equal([$"Ban {Pardoned}", $"Pardon {Pardoned}", "Ban 203.0.113.8"], Words(web2));

        await AdminAsync("pardon", Pardoned, "--end");
        // The servers have read that when they skip nothing more.
        await Eventually.TrueAsync(
            async () =>
            {
                await origin.PublishBanAsync(Pardoned);
                return new[] { web2, web3, offline, added }.All(server => Words(server).Last() == $"Ban {Pardoned}");
            },
            () => string.Join('\n', web2.Bans));
        // A server that has seen nothing yet writes no ban from before the end.
        Server last = await group.EnrollAsync("web6");
        await (await last.StartConsumerAsync()).SaysAsync("Finished reading f2b.history from ");
        Assert.DoesNotContain(last.Bans, line => line.StartsWith("Pardon ", StringComparison.Ordinal));
        Assert.Equal(Detections(added).Order(), Detections(last).Order());
    }

    [Fact]
    public async Task A_pardoned_network_covers_what_is_inside_and_around_it()
    {
        Server web2 = await group.EnrollAsync("web2", "minprefix4 = 16", "minprefix6 = 32");
        Daemon consumer = await web2.StartConsumerAsync();
        string[] inside = ["203.0.113.7", "203.0.113.64/26", "2001:db8:5::7"];
        foreach (string ip in inside.Append("198.51.100.7"))
        {
            await origin.PublishBanAsync(ip);
        }

        await web2.HasBansAsync(4);
        await AdminAsync("pardon", "203.0.113.0/24");
        await web2.HasBansAsync(7);
        await AdminAsync("pardon", "2001:DB8:5::/48");
        await web2.HasBansAsync(9);
        Assert.Equal(
            ["2001:db8:5::/48", "2001:db8:5::7", "203.0.113.0/24", "203.0.113.64/26", "203.0.113.7"],
            web2.Addresses.Skip(4).Order(StringComparer.Ordinal));

        foreach (string ip in new[] { "203.0.113.9", "203.0.112.0/20", "2001:db8:5:1::/64", "2001:db8::/40", "203.0.112.9" })
        {
            await origin.PublishBanAsync(ip);
        }

        await web2.HasBansAsync(10);
        Assert.Equal("203.0.112.9", web2.Addresses.Last());
        // All lines are in the log, so a restart writes none.
        Assert.Equal(0, await consumer.StopAsync());
        consumer = await web2.StartConsumerAsync();
        await consumer.SaysAsync($"{Following}2 in force.");
        await consumer.SaysAsync("Finished reading f2b.history from ");
        Assert.Equal(10, web2.Bans.Count);
    }

    [Fact]
    public async Task A_pardoned_server_gives_one_line_for_each_address_that_it_alone_reported()
    {
        Server web2 = await group.EnrollAsync("web2");
        Server offline = await group.EnrollAsync("web3");
        await web2.StartConsumerAsync();
        Sender intruder = await group.EnrollSenderAsync("web9");
        foreach (string ip in new[] { "203.0.113.1", "203.0.113.2", "2001:db8::3" })
        {
            await intruder.PublishBanAsync(ip);
        }

        await origin.PublishBanAsync("203.0.113.2");
        await web2.HasBansAsync(4);
        Built.Outcome unconfirmed = await broker.AdminAsync("revoke", "web9", "--pardon", "--amqp", broker.Uri);
        Assert.Equal(
            (78, "The history shows 3 addresses that web9 reported.\nRevoke web9 and pardon all its bans? Give --yes to confirm.\n"),
            (unconfirmed.ExitCode, unconfirmed.Errors));
        Assert.NotNull(await broker.GetAsync("users/web9"));

        await AdminAsync("revoke", "web9", "--pardon", "--yes");
        Assert.Null(await broker.GetAsync("users/web9"));
        await web2.HasBansAsync(6);
        Assert.Equal(["2001:db8::3", "203.0.113.1"], web2.Addresses.Skip(4).Order(StringComparer.Ordinal));
        Assert.All(
            web2.Bans.Skip(4),
            line => Assert.Matches($"^Pardon [^ ]+ operator={broker.Operator} until=[^ ]+Z scope=f2bbroker$", line));

        // What waits in its queue and what is in the history is covered.
        await (await offline.StartConsumerAsync()).SaysAsync("Finished reading f2b.history from ");
        await origin.PublishBanAsync("203.0.113.4");
        await offline.HasBansAsync(2);
        Assert.Equal(["Ban 203.0.113.2", "Ban 203.0.113.4"], Words(offline));

        Assert.Contains("server web9", (await AdminAsync("pardons")).Output);
        await AdminAsync("pardon", "web9", "--end");
        Assert.Equal("No pardon is in force.\n", (await AdminAsync("pardons")).Errors);
    }

    [Fact]
    public async Task A_pardon_that_was_published_while_the_connection_was_lost_precedes_the_bans()
    {
        Server web2 = await group.EnrollAsync("web2");
        Daemon consumer = await web2.StartConsumerAsync();
        await consumer.SaysAsync("Finished reading f2b.history from ");
        await consumer.SuspendAsync();
        await broker.CloseConnectionsAsync(daemons: 1);
        await using Sender again = await Sender.ConnectAsync(broker, web1);
        await again.PublishBanAsync(Pardoned);
        await again.PublishBanAsync("203.0.113.8");
        await AdminAsync("pardon", Pardoned);
        await consumer.ResumeAsync();
        await web2.HasBansAsync(2);
        Assert.Equal([$"Pardon {Pardoned}", "Ban 203.0.113.8"], Words(web2));
    }

    [Fact]
    public async Task A_server_may_ignore_pardons()
    {
        Server web2 = await group.EnrollAsync("web2", "pardons = false");
        Daemon consumer = await web2.StartConsumerAsync();
        await AdminAsync("pardon", Pardoned);
        await origin.PublishBanAsync(Pardoned);
        await web2.HasBansAsync(1);
        Assert.Equal([$"Ban {Pardoned}"], Words(web2));
        Assert.Equal(0, consumer.Count("f2b.pardons"));
    }

    [Theory]
    [InlineData(false, "The broker has no stream f2b.pardons; f2bbroker init creates it.")]
    [InlineData(true, "This server has no permission to read f2b.pardons; f2bbroker init grants it.")]
    public async Task On_a_broker_of_version_0_1_bans_are_written_and_pardons_follow_after_init(bool hasStream, string message)
    {
        Server web2 = await group.EnrollAsync("web2");
        await broker.PutAsync(
            "permissions/f2b/web2",
            new() { ["configure"] = @"^f2b\.bans\.web2(_error)?$", ["write"] = @"^f2b\.bans(\.web2(_error)?)?$", ["read"] = OldRead });
        if (!hasStream)
        {
            await broker.DeleteAsync("queues/f2b/f2b.pardons");
            await broker.PutAsync("permissions/f2b/web2", new() { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" });
        }

        Daemon consumer = await web2.StartConsumerAsync();
        await consumer.SaysAsync(message);
        await origin.PublishBanAsync(Pardoned);
        await web2.HasBansAsync(1);
        await AdminAsync("init");
        await AdminAsync("pardon", Pardoned);
        await web2.HasBansAsync(2);
        Assert.Equal([$"Ban {Pardoned}", $"Pardon {Pardoned}"], Words(web2));
        await consumer.SaysOnceAsync("f2b.pardons; f2bbroker init");
    }

    private const string OldRead = @"^f2b\.(bans(\.web2(_error)?)?|history)$";

    private static IEnumerable<string> Words(Server server) => server.Bans.Select(line => string.Join(' ', line.Split(' ').Take(2)));

    /// <summary>The times of the bans that it wrote after the pardon.</summary>
    private static IEnumerable<string> Detections(Server server) =>
        server.Bans.Where(line => line.StartsWith($"Ban {Pardoned} ", StringComparison.Ordinal));

    private async Task<Built.Outcome> AdminAsync(params IEnumerable<string> arguments)
    {
        string[] all = [.. arguments];
        Built.Outcome outcome = await broker.AdminAsync(all[0] == "init" ? all : [.. all, "--amqp", broker.Uri]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return outcome;
    }
}
