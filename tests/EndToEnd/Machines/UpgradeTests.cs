namespace F2bBroker.EndToEndTests.Machines;

/// <summary>Another version of the package is installed on the servers of a group.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class UpgradeTests
{
    private const string Units = InstalledGroup.Units;
    private const string States = $"systemctl is-active {Units} || true; systemctl is-enabled {Units} || true";

    private const string Install = "apt-get -o Dpkg::Options::=--force-confold install";
    private const string Downgrade = $"{Install} --allow-downgrades";

    private readonly InstalledGroup group;

    public UpgradeTests(InstalledGroup group)
    {
        group.SkipIfMissing();
        this.group = group;
    }

    [Fact]
    public async Task Bans_during_an_upgrade_all_arrive_once()
    {
        string older = await group.Package.FileAsync();
        string newer = await group.Package.NewerAsync();
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            server.Take(newer);
        }

        await using BanFlow flow = await BanFlow.StartAsync(group.Web1, group.Web2);
        await UpgradeAsync(flow, $"./{Path.GetFileName(older)}", $"./{Path.GetFileName(newer)}");
        await flow.AllArriveOnceAsync();
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            await server.RunAsync($"rm ./{Path.GetFileName(newer)}");
        }
    }

    [Fact]
    public async Task Stopped_daemons_are_not_started_and_a_changed_configuration_file_is_kept()
    {
        string newer = await group.Package.NewerAsync();
        string older = Path.GetFileName(await group.Package.FileAsync());
        // On the broker's machine nothing is enrolled; on web1 one daemon was stopped.
        await group.Web1.RunAsync("systemctl stop f2bbroker-producer; echo '# mine' >>/etc/logrotate.d/f2bbroker");
        foreach (Machine machine in new[] { group.Broker, group.Web1 })
        {
            machine.Take(newer);
            await machine.RunAsync($"{Install} ./{Path.GetFileName(newer)} </dev/null");
        }

        Assert.Equal("inactive\ninactive\ndisabled\ndisabled", await group.Broker.RunAsync(States));
        Assert.Equal("inactive\nactive\nenabled\nenabled", await group.Web1.RunAsync(States));
        Assert.Equal("# newer", await group.Broker.RunAsync("tail -n 1 /etc/logrotate.d/f2bbroker"));
        Assert.Equal("# mine", await group.Web1.RunAsync("tail -n 1 /etc/logrotate.d/f2bbroker"));
        foreach (Machine machine in new[] { group.Broker, group.Web1 })
        {
            await machine.RunAsync($"{Downgrade} ./{older}; rm ./{Path.GetFileName(newer)}");
        }

        await group.Web1.RunAsync("sed -i '/^# mine/d' /etc/logrotate.d/f2bbroker; systemctl start f2bbroker-producer");
        await group.TravelsAsync("203.0.113.20");
    }

    private async Task UpgradeAsync(BanFlow flow, string older, string newer)
    {
        await flow.FlowsAsync();
        await BanFlow.RestartsAsync(group.Web1, $"{Install} {newer}");
        await flow.FlowsAsync();
        await BanFlow.RestartsAsync(group.Web2, $"{Install} {newer}");
        await flow.FlowsAsync();
        await BanFlow.RestartsAsync(group.Web2, $"{Downgrade} {older}");
        await BanFlow.RestartsAsync(group.Web1, $"{Downgrade} {older}");
        await flow.FlowsAsync();
        await group.Web2.RunAsync($"apt-get remove f2bbroker; apt-get install {older}; systemctl start {Units}");
        await flow.FlowsAsync();
    }
}
