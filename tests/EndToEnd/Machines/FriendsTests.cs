namespace F2bBroker.EndToEndTests.Machines;

/// <summary>A second group with its own broker, and a bridge to it that is set up with the commands of <c>docs/friends.md</c>.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class FriendsTests : IAsyncLifetime
{
    private const string Page = "docs/friends.md";

    // What confines a daemon. The folders differ.
    private const string Confinement =
        "systemctl show --property=User,Group,UMask,NoNewPrivileges,CapabilityBoundingSet,SystemCallFilter,SystemCallErrorNumber,"
            + "ProtectSystem,ProtectHome,ProtectProc,ProtectClock,ProtectKernelTunables,ProtectKernelModules,ProtectControlGroups,"
            + "PrivateDevices,PrivateUsers,PrivateIPC,RestrictAddressFamilies,RestrictNamespaces,RestrictSUIDSGID,InaccessiblePaths,"
            + "LockPersonality,KeyringMode,Restart ";

    // The commands of the README for the other group.
    private static readonly string[] BrokerCommands =
    [
        .. InstalledGroup.BrokerCommands.Select(line => line
            .Replace("mq.example.net", "mq.b.example.net", StringComparison.Ordinal)
            .Replace("web1 web2", "db1", StringComparison.Ordinal)),
    ];

    private readonly InstalledGroup group;
    private Machine? broker;
    private Machine? server;

    public FriendsTests(InstalledGroup group)
    {
        group.SkipIfMissing();
        this.group = group;
    }

    public async ValueTask InitializeAsync()
    {
        broker = await group.BootAsync("mqb", "192.0.2.2");
        server = await group.BootAsync("db1", "192.0.2.13");
        broker.Take(await group.Package.FileAsync());
        await broker.RunAsync(InstalledGroup.WithPassword(string.Join('\n', BrokerCommands)));
        await InstalledGroup.SetUpServerAsync(server);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Machine? machine in new[] { server, broker })
        {
            await (machine?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Fact]
    public async Task A_ban_of_one_group_is_enforced_by_the_other_over_a_bridge_that_restarts_after_an_upgrade()
    {
        await AsFriendAsync(Documented.Commands(Page, "**On the machine mq.b.example.net**"));
        await broker!.RunAsync("scp friend-a.local friend-a.pem root@mq:");
        await server!.RunAsync(Documented.Commands(Page, "**On each server of group B**"));
        string doctor = await group.AsOperatorAsync(Documented
            .Commands(Page, "**On the machine mq.a.example.net**")
            .Replace("mq.a.example.net", "mq.example.net", StringComparison.Ordinal)
            // Nothing synchronises the clock here, which doctor reports.
            .Replace(".conf\nf2bbroker doctor", ".conf || true\nf2bbroker doctor", StringComparison.Ordinal) + " || true");
        Assert.DoesNotMatch("(?m)^FAULT  (?!clock)", doctor);
        Assert.Contains("bridge: the producer of /etc/f2bbroker/friend-a.conf forwards the bans of", doctor, StringComparison.Ordinal);
        Assert.Contains("which the consumer of /etc/f2bbroker/to-b.conf writes", doctor, StringComparison.Ordinal);
        Assert.Contains("f2bbroker-producer@friend-a runs", doctor, StringComparison.Ordinal);
        Assert.Equal(
            "700 f2bbroker\n755 f2bbroker",
            await group.Broker.RunAsync("stat -c '%a %U' /var/lib/f2bbroker/friend-a /var/log/f2bbroker/to-b"));

        foreach ((string unit, string instance) in new[] { ("producer", "friend-a"), ("consumer", "to-b") })
        {
            Assert.Equal(
                await group.Broker.RunAsync($"{Confinement} f2bbroker-{unit}"),
                await group.Broker.RunAsync($"{Confinement} f2bbroker-{unit}@{instance}"));
        }

        await ArrivesAsync("203.0.113.150");
        string why = await AsFriendAsync("f2bbroker why 203.0.113.150");
        Assert.Matches("(?m) 203.0.113.150 +sshd +friend-a via web1$", why);
        string status = await AsFriendAsync("f2bbroker status");
        Assert.Contains("friend-a forwards bans of another group: those of web1", status, StringComparison.Ordinal);

        // The rotation renames the log that the producer follows, and an upgrade restarts both halves.
        await group.Broker.RunAsync("logrotate --force /etc/logrotate.d/f2bbroker");
        await ArrivesAsync("203.0.113.151");
        const string started = "systemctl show -P ExecMainPID f2bbroker-producer@friend-a f2bbroker-consumer@to-b";
        string before = await group.Broker.RunAsync(started);
        string installed = Path.GetFileName(await group.Package.FileAsync());
        await group.Broker.RunAsync($"apt-get install --reinstall --no-install-recommends --yes ./{installed}");
        Assert.NotEqual(before, await group.Broker.RunAsync(started));
        await ArrivesAsync("203.0.113.152");

        // A configuration that would let a ban travel on is refused.
        await group.Broker.RunAsync("sed -i '/^bridge/d' /etc/f2bbroker/to-b.conf");
        Built.Outcome test = await group.Broker.TryAsync("f2bbroker-producer --config /etc/f2bbroker/friend-a.conf --test=config");
        Assert.Equal(78, test.ExitCode);
        Assert.Contains("Set bridge = true in /etc/f2bbroker/to-b.conf", test.Errors, StringComparison.Ordinal);
        await group.Broker.RunAsync(
            "systemctl disable --now f2bbroker-producer@friend-a f2bbroker-consumer@to-b; "
                + "rm /etc/f2bbroker/to-b.* /etc/f2bbroker/friend-a.*");
        await group.AsOperatorAsync("f2bbroker revoke to-b --yes");
    }

    /// <summary>Bans an address on web1, and waits until the server of the other group bans it.</summary>
    private async Task ArrivesAsync(string address)
    {
        await group.Web1.RunAsync($"fail2ban-client set sshd banip {address}");
        await server!.EventuallyAsync($"fail2ban-client get f2bbroker banip | grep -wF {address}", TimeSpan.FromMinutes(3));
    }

    private Task<string> AsFriendAsync(string commands) => broker!.RunAsync(InstalledGroup.WithVariables(BrokerCommands, commands));
}
