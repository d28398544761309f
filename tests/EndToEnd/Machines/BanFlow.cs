using System.Globalization;

namespace F2bBroker.EndToEndTests.Machines;

/// <summary>Bans that one server makes, one after another, while packages are installed, and that another server receives.</summary>
internal sealed class BanFlow : IAsyncDisposable
{
    // A new fail2ban-client for each ban limits the rate.
    private const string Make = """
        while ! [ -e stop ]; do
            n=$((n + 1)) ip=198.18.$((n / 250)).$((n % 250 + 1))
            fail2ban-client set sshd banip $ip >/dev/null
            echo $ip >>made
        done
        """;

    private const string Processes = $"for unit in {InstalledGroup.Units}; do systemctl show -P MainPID $unit; done";

    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(5);

    private readonly Machine source;
    private readonly Machine receiver;
    private readonly Daemon flow;

    private BanFlow(Machine source, Machine receiver) =>
        (this.source, this.receiver, flow) = (source, receiver, source.Start(Make));

    public static async Task<BanFlow> StartAsync(Machine source, Machine receiver)
    {
        foreach (Machine server in new[] { source, receiver })
        {
            // Longer than a test, so that the first bans do not expire before the last one arrives.
            await server.RunAsync(
                "printf '[sshd]\nbantime = 1d\n[f2bbroker]\nbantime = 1d\n' >>/etc/fail2ban/jail.local; fail2ban-client reload");
        }

        await source.RunAsync("rm -f stop; : >made");
        return new BanFlow(source, receiver);
    }

    /// <summary>Runs an installation on a server, and asserts that its daemons were restarted and are active.</summary>
    public static async Task RestartsAsync(Machine server, string command)
    {
        string[] before = (await server.RunAsync(Processes)).Split('\n');
        await server.RunAsync(command);
        Assert.Equal("active\nactive", await server.RunAsync($"systemctl is-active {InstalledGroup.Units}"));
        Assert.Empty(before.Intersect((await server.RunAsync(Processes)).Split('\n')));
    }

    /// <summary>Waits until thirty more bans have been made.</summary>
    public async Task FlowsAsync()
    {
        int goal = await CountAsync() + 30;
        await Eventually.TrueAsync(async () => await CountAsync() >= goal, () => $"No more bans are made. {flow.Said}", ArrivalTimeout);
    }

    /// <summary>Ends the flow, and asserts that the receiver has written each of its bans exactly once, and bans each address.</summary>
    public async Task AllArriveOnceAsync()
    {
        await source.RunAsync("touch stop");
        Assert.Equal(0, await flow.EndAsync());
        string expected = await source.RunAsync("sort made");
        int count = expected.Split('\n').Length;
        string written = "";
        await Eventually.TrueAsync(
            async () => (written = await receiver.RunAsync(
                $"grep -hoP ' Ban \\K198\\.18\\.\\S+(?= jail=sshd server={source.Name} )' /var/log/f2bbroker/bans.log* | sort"))
                .Split('\n').Length >= count,
            () => $"{count} bans were made, {written.Split('\n').Length} have arrived.",
            ArrivalTimeout);
        Assert.Equal(expected, written);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} bans");
        string banned = "";
        await Eventually.TrueAsync(
            async () => (banned = await receiver.RunAsync(
                "fail2ban-client get f2bbroker banip | tr -s ' ' '\\n' | grep '^198[.]18[.]' | sort")) == expected,
            () => banned,
            ArrivalTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        await source.TryAsync("touch stop");
        await flow.DisposeAsync();
    }

    private async Task<int> CountAsync() => int.Parse(await source.RunAsync("wc -l <made"), CultureInfo.InvariantCulture);
}
