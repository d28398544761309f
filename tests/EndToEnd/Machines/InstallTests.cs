namespace F2bBroker.EndToEndTests.Machines;

/// <summary>A group that was set up with the README's commands, on booted Debians with their own fail2ban and firewall.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class InstallTests
{
    private const string Units = InstalledGroup.Units;

    private readonly InstalledGroup group;

    public InstallTests(InstalledGroup group)
    {
        group.SkipIfMissing();
        this.group = group;
    }

    [Fact]
    public async Task An_attacker_of_one_server_is_banned_on_the_other_and_all_connections_are_encrypted()
    {
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            Assert.Equal(
                "active\nactive\nenabled\nenabled",
                await server.RunAsync($"systemctl is-active {Units}; systemctl is-enabled {Units}"));
            Assert.Equal(
                "f2bbroker\nf2bbroker",
                await server.RunAsync($"for unit in {Units}; do stat -c %U /proc/$(systemctl show -P MainPID $unit); done"));
        }

        Assert.Equal(
            "user\tssl\nweb1\ttrue\nweb2\ttrue",
            await group.Broker.RunAsync("rabbitmqctl --quiet list_connections user ssl | sort -u"));
        Assert.Contains("Permission denied", await group.AttackAsync(group.Web2), StringComparison.Ordinal);
        string error = "";
        await Eventually.TrueAsync(
            async () => (error = await group.AttackAsync(group.Web1)).Contains("Connection refused", StringComparison.Ordinal),
            () => error);
        await group.ArrivesAsync(InstalledGroup.Attacker);
        string log = await group.Web2.RunAsync("cat /var/log/f2bbroker/bans.log");
        Assert.Contains($" Ban {InstalledGroup.Attacker} jail=sshd server=web1 ", log, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => (error = await group.AttackAsync(group.Web2)).Contains("Connection refused", StringComparison.Ordinal),
            () => error);
        string status = await group.AsOperatorAsync("f2bbroker status");
        Assert.Matches(
            @"(?m)^web1 +both +classic +consumer [^ ]+ [^ ]+, producer [^ ]+ [^ ]+ +0 +[^ ]+ +[^ ]+ +0 +20[^ ]+Z +[1-9][0-9]* +-$",
            status);
    }
}
