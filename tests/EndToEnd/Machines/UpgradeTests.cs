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

    // fail2ban-client starts anew for each ban, which alone sets the pace.
    private const string Flow = """
        while ! [ -e enough ]; do
            n=$((n + 1)) ip=198.18.$((n / 250)).$((n % 250 + 1))
            fail2ban-client set sshd banip $ip >/dev/null
            echo $ip >>flown
        done
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly InstalledGroup group;

    public UpgradeTests(InstalledGroup group)
    {
        Assert.SkipWhen(group.Obstacle is not null, group.Obstacle ?? "");
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
            // For as long as the test, or those that came first would be over when the last has come.
            await server.RunAsync(
                "printf '[sshd]\nbantime = 1d\n[f2bbroker]\nbantime = 1d\n' >>/etc/fail2ban/jail.local; fail2ban-client reload");
        }

        await using Daemon flow = group.Web1.Start(Flow);
        try
        {
            await MeanwhileAsync($"./{Path.GetFileName(older)}", $"./{Path.GetFileName(newer)}");
        }
        finally
        {
            await group.Web1.RunAsync("touch enough");
            Assert.Equal(0, await flow.EndAsync());
        }

        string flown = await group.Web1.RunAsync("sort flown");
        string arrived = "";
        await Eventually.TrueAsync(
            async () => (arrived = await group.Web2.RunAsync(Banned)).Split('\n').Length >= flown.Split('\n').Length,
            () => $"{flown.Split('\n').Length} bans have flown, {arrived.Split('\n').Length} have arrived.",
            Patience);
        Assert.Equal(flown, arrived);
        TestContext.Current.TestOutputHelper?.WriteLine($"{flown.Split('\n').Length} bans");
        string banned = "";
        await Eventually.TrueAsync(
            async () =>
                (banned = await group.Web2.RunAsync("fail2ban-client get f2bbroker banip | tr -s ' ' '\\n' | grep '^198[.]18[.]' | sort"))
                == flown,
            () => banned,
            Patience);
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

    private async Task MeanwhileAsync(string older, string newer)
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
        int goal = await FlownAsync() + more;
        await Eventually.TrueAsync(async () => await FlownAsync() >= goal, () => "Bans flow no more.", Patience);
    }

    private async Task<int> FlownAsync() =>
        int.Parse(await group.Web1.RunAsync("touch flown; wc -l <flown"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Installs on a server; its daemons have to be others then, and ready.</summary>
    private static async Task RestartsAsync(Machine server, string command)
    {
        string[] before = (await server.RunAsync(Processes)).Split('\n');
        await server.RunAsync(command);
        Assert.Equal("active\nactive", await server.RunAsync($"systemctl is-active {Units}"));
        Assert.Empty(before.Intersect((await server.RunAsync(Processes)).Split('\n')));
    }
}
