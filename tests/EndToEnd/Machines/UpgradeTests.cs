namespace F2bBroker.EndToEndTests.Machines;

/// <summary>Another version of the package is installed on the servers of a group.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class UpgradeTests
{
    private const string Units = InstalledGroup.Units;
    private const string States = $"systemctl is-active {Units} || true; systemctl is-enabled {Units} || true";
    private const string Processes = $"for unit in {Units}; do systemctl show -P MainPID $unit; done";
    private const string Banned = "grep -hoP ' Ban \\K198\\.18\\.\\S+(?= jail=sshd server=web1 )' /var/log/f2bbroker/bans.log* | sort";

    // A new fail2ban-client for each ban limits the rate.
    private const string Flow = """
        while ! [ -e stop ]; do
            n=$((n + 1)) ip=198.18.$((n / 250)).$((n % 250 + 1))
            fail2ban-client set sshd banip $ip >/dev/null
            echo $ip >>made
        done
        """;

    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(5);

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
            // Longer than the test, so that the first bans do not expire before the last one arrives.
            await server.RunAsync(
                "printf '[sshd]\nbantime = 1d\n[f2bbroker]\nbantime = 1d\n' >>/etc/fail2ban/jail.local; fail2ban-client reload");
        }

        await using Daemon flow = group.Web1.Start(Flow);
        try
        {
            await UpgradeAsync($"./{Path.GetFileName(older)}", $"./{Path.GetFileName(newer)}");
        }
        finally
        {
            await group.Web1.RunAsync("touch stop");
            Assert.Equal(0, await flow.EndAsync());
        }

        string expected = await group.Web1.RunAsync("sort made");
        string arrived = "";
        await Eventually.TrueAsync(
            async () => (arrived = await group.Web2.RunAsync(Banned)).Split('\n').Length >= expected.Split('\n').Length,
            () => $"{expected.Split('\n').Length} bans were made, {arrived.Split('\n').Length} have arrived.",
            ArrivalTimeout);
        Assert.Equal(expected, arrived);
        TestContext.Current.TestOutputHelper?.WriteLine($"{expected.Split('\n').Length} bans");
        string banned = "";
        await Eventually.TrueAsync(
            async () =>
                (banned = await group.Web2.RunAsync("fail2ban-client get f2bbroker banip | tr -s ' ' '\\n' | grep '^198[.]18[.]' | sort"))
                == expected,
            () => banned,
            ArrivalTimeout);
        foreach (Machine server in new[] { group.Web1, group.Web2 })
        {
            await server.RunAsync("fail2ban-client unban --all");
        }
    }

    [Fact]
    public async Task Stopped_daemons_are_not_started_and_a_changed_configuration_file_is_kept()
    {
        string newer = await group.Package.NewerAsync();
        string older = Path.GetFileName(await group.Package.FileAsync());
        group.Broker.Take(newer);
        // On the broker's machine nothing is enrolled; on web1 one daemon was stopped.
        await group.Web1.RunAsync("systemctl stop f2bbroker-producer; echo '# mine' >>/etc/logrotate.d/f2bbroker");
        foreach (Machine machine in new[] { group.Broker, group.Web1 })
        {
            machine.Take(newer);
            await machine.RunAsync($"apt-get -o Dpkg::Options::=--force-confold install ./{Path.GetFileName(newer)} </dev/null");
        }

        Assert.Equal("inactive\ninactive\ndisabled\ndisabled", await group.Broker.RunAsync(States));
        Assert.Equal("inactive\nactive\nenabled\nenabled", await group.Web1.RunAsync(States));
        Assert.Equal("# newer", await group.Broker.RunAsync("tail -n 1 /etc/logrotate.d/f2bbroker"));
        Assert.Equal("# mine", await group.Web1.RunAsync("tail -n 1 /etc/logrotate.d/f2bbroker"));
        await group.Web1.RunAsync(
            $"apt-get --allow-downgrades -o Dpkg::Options::=--force-confold install ./{older}; sed -i '/^# mine/d' "
                + "/etc/logrotate.d/f2bbroker; systemctl start f2bbroker-producer");
        await group.TravelsAsync("203.0.113.20");
    }

    private async Task UpgradeAsync(string older, string newer)
    {
        await FlowsAsync(30);
        await RestartsAsync(group.Web1, $"apt-get -o Dpkg::Options::=--force-confold install {newer}");
        await FlowsAsync(30);
        await RestartsAsync(group.Web2, $"apt-get -o Dpkg::Options::=--force-confold install {newer}");
        await FlowsAsync(30);
        await RestartsAsync(group.Web2, $"apt-get -o Dpkg::Options::=--force-confold install --allow-downgrades {older}");
        await RestartsAsync(group.Web1, $"apt-get -o Dpkg::Options::=--force-confold install --allow-downgrades {older}");
        await FlowsAsync(30);
        await group.Web2.RunAsync($"apt-get remove f2bbroker; apt-get install {newer}; systemctl start {Units}");
        await FlowsAsync(30);
    }

    /// <summary>Waits until that many more bans have been made on web1.</summary>
    private async Task FlowsAsync(int more)
    {
        int goal = await CountAsync() + more;
        await Eventually.TrueAsync(async () => await CountAsync() >= goal, () => "No more bans are made.", ArrivalTimeout);
    }

    private async Task<int> CountAsync() =>
        int.Parse(await group.Web1.RunAsync("touch made; wc -l <made"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Runs an installation on a server, and asserts that its daemons were restarted and are active.</summary>
    private static async Task RestartsAsync(Machine server, string command)
    {
        string[] before = (await server.RunAsync(Processes)).Split('\n');
        await server.RunAsync(command);
        Assert.Equal("active\nactive", await server.RunAsync($"systemctl is-active {Units}"));
        Assert.Empty(before.Intersect((await server.RunAsync(Processes)).Split('\n')));
    }
}
