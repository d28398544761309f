namespace F2bBroker.EndToEndTests.Composed;

/// <summary><c>docker-compose.yml</c>, started and removed by Compose in a real engine.</summary>
[Trait("Form", "docker")]
public sealed class DockerTests(PrivateEngine engine) : IClassFixture<PrivateEngine>
{
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Bans_are_shared_after_each_restart_and_down_removes_everything(int version)
    {
        engine.SkipIfMissing();
        ComposedGroup group = new(engine, version);
        await group.ComposeAsync("up", "--build", "--detach");
        await TravelsAsync(group, "203.0.113.7");
        string logins = await group.LoginsAsync();
        await HidesPasswordsAsync(group, logins);
        Assert.DoesNotContain("0.0.0.0", await group.DockerAsync("ps", "--format", "{{.Ports}}"), StringComparison.Ordinal);

        await group.ComposeAsync("up", "--detach");
        Assert.Equal(logins, await group.LoginsAsync());
        await TravelsAsync(group, "198.51.100.9");

        await CatchesUpAsync(group);
        await group.ComposeAsync("restart", "web2-fail2ban", "web2-producer", "web2-consumer");
        await TravelsAsync(group, "198.51.100.23");
        await IsHealthyAsync(group);

        await IsRemovedAsync(group);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Two_groups_share_their_bans_over_bridges(int version)
    {
        engine.SkipIfMissing();
        ComposedGroup groups = new(engine, version, "deploy/docker/two-groups.yml");
        await groups.ComposeAsync("up", "--build", "--detach");
        await groups.InAsync("a-web1-fail2ban", "fail2ban-client", "set", "sshd", "banip", "203.0.113.7");
        await groups.BansAsync("b-web1", "203.0.113.7");
        await groups.InAsync("b-web1-fail2ban", "fail2ban-client", "set", "sshd", "banip", "198.51.100.9");
        await groups.BansAsync("a-web1", "198.51.100.9");
        await groups.ComposeAsync("restart", "to-b-consumer", "friend-a-producer");
        await groups.InAsync("a-web1-fail2ban", "fail2ban-client", "set", "sshd", "banip", "203.0.113.8");
        await groups.BansAsync("b-web1", "203.0.113.8");
        Assert.DoesNotContain(
            "203.0.113.7",
            await groups.InAsync("a-web1-fail2ban", "fail2ban-client", "status", "f2bbroker"),
            StringComparison.Ordinal);
        await IsRemovedAsync(groups);
    }

    /// <summary>Removes everything, and asserts that nothing is left.</summary>
    private static async Task IsRemovedAsync(ComposedGroup group)
    {
        await group.ComposeAsync("down", "--volumes");
        Assert.Equal("", await group.DockerAsync("ps", "--all", "--quiet"));
        Assert.Equal("", await group.DockerAsync("volume", "ls", "--quiet"));
        Assert.Equal("", await group.DockerAsync("network", "ls", "--quiet", "--filter", "type=custom"));
    }

    private static async Task TravelsAsync(ComposedGroup group, string ip)
    {
        Assert.Contains($"web3: fail2ban's jail f2bbroker bans {ip}", await group.ShowBanAsync(ip), StringComparison.Ordinal);
        await group.BansAsync("web2", ip);
        await group.BansAsync("web3", ip);
    }

    /// <summary>Asserts that no environment and no command line of a container contains a password.</summary>
    private static async Task HidesPasswordsAsync(ComposedGroup group, string logins)
    {
        string[] containers = (await group.DockerAsync("ps", "--all", "--quiet")).Split('\n');
        string inspected = await group.DockerAsync(["inspect", .. containers]);
        string[] passwords = [.. ComposedGroup.PasswordsIn(logins)];
        Assert.Equal(4, passwords.Distinct().Count());
        Assert.DoesNotContain(passwords, password => inspected.Contains(password, StringComparison.Ordinal));
    }

    /// <summary>Asserts that a ban that is made while a host is stopped reaches it when it is started again.</summary>
    private static async Task CatchesUpAsync(ComposedGroup group)
    {
        string[] host = ["web3-fail2ban", "web3-producer", "web3-consumer"];
        await group.ComposeAsync(["stop", .. host]);
        await group.InAsync("web1-fail2ban", "fail2ban-client", "set", "sshd", "banip", "2001:db8::7");
        await group.BansAsync("web2", "2001:db8::7");
        await group.ComposeAsync(["start", .. host]);
        await Eventually.TrueAsync(
            async () =>
                (await group.DockerAsync("ps", "--quiet", "--filter", "name=web3-fail2ban", "--filter", "health=healthy")).Length > 0,
            () => "web3's fail2ban does not become healthy.");
        await group.BansAsync("web3", "2001:db8::7");
    }

    private static Task IsHealthyAsync(ComposedGroup group) => Eventually.TrueAsync(
        async () => (await group.DockerAsync("ps", "--quiet", "--filter", "health=healthy")).Split('\n').Length == 10,
        () => "Not all containers are healthy.",
        HealthTimeout);
}
