namespace F2bBroker.EndToEndTests;

/// <summary>A real fail2ban of a server, with a jail for ssh and the jail f2bbroker. Its ban action only records the address.</summary>
internal sealed class Fail2Ban : IAsyncDisposable
{
    private readonly string folder;
    private readonly UnitCgroup? unit;
    private readonly string[] options;
    private Daemon? process;
    private int session = 1000;

    private Fail2Ban(string folder, UnitCgroup? unit, string[] options) =>
        (this.folder, this.unit, this.options) = (folder, unit, options);

    /// <summary>The addresses that it banned, in the order of its ban actions.</summary>
    public IReadOnlyList<string> Banned => File.ReadAllLines(Path.Combine(folder, "banned"));

    /// <summary>The last lines of its log.</summary>
    public string LastLines => string.Join('\n', File.ReadAllLines(Path.Combine(folder, "fail2ban.log")).TakeLast(20));

    /// <summary>Starts a fail2ban in the server's folder, where it writes fail2ban.log and reads bans.log.</summary>
    public static Task<Fail2Ban> StartAsync(Server server) => StartAsync(server, [], []);

    /// <summary>Starts a fail2ban that logs to the journal, in the cgroup of a unit.</summary>
    public static Task<Fail2Ban> StartAsync(Server server, UnitCgroup unit, string logTarget) =>
        StartAsync(server, [$"logtarget = {logTarget}", $"syslogsocket = {Journal.SyslogSocket}"], [], unit);

    /// <summary>Starts a fail2ban with other jails in a folder without a server.</summary>
    /// <param name="jails">Lines that are read after jail.local.</param>
    public static async Task<Fail2Ban> StartAsync(TempFolder folder, params IEnumerable<string> jails)
    {
        await WriteConfigurationAsync(folder.Path);
        await File.WriteAllLinesAsync(Path.Combine(folder.Path, "etc", "jail.d", "test.local"), jails);
        Fail2Ban fail2ban = new(folder.Path, null, []);
        await fail2ban.StartAsync();
        return fail2ban;
    }

    /// <summary>Starts a fail2ban with other settings.</summary>
    /// <param name="settings">Lines of fail2ban.conf.</param>
    /// <param name="options">Further options of the program.</param>
    public static async Task<Fail2Ban> StartAsync(
        Server server,
        IEnumerable<string> settings,
        IEnumerable<string> options,
        UnitCgroup? unit = null)
    {
        await WriteConfigurationAsync(server.Folder);
        string last = Path.Combine(server.Folder, "etc", "fail2ban.d", "test.local");
        await File.WriteAllLinesAsync(last, ["[Definition]", .. settings]);
        Fail2Ban fail2ban = new(server.Folder, unit, [.. options]);
        await fail2ban.StartAsync();
        return fail2ban;
    }

    public async Task StartAsync()
    {
        string[] arguments = [.. Common, .. options, "-xf", "start"];
        (string program, arguments) = unit?.Command("fail2ban-server", arguments) ?? ("fail2ban-server", arguments);
        process = new Daemon(program, arguments);
        // It answers a ping before. A SIGTERM while its jails start may not end it.
        await process.SaysAsync("Server ready");
    }

    /// <summary>Shuts it down. It keeps its bans in its database and restores them at the next start.</summary>
    public async Task StopAsync() => Assert.Equal(0, await process!.StopAsync());

    /// <summary>Runs fail2ban-client.</summary>
    public Task<Built.Outcome> ClientAsync(params IEnumerable<string> arguments) =>
        Built.RunAsync("fail2ban-client", [.. Common, .. arguments]);

    /// <summary>Returns what a jail holds.</summary>
    public async Task<string[]> HeldAsync(string jail)
    {
        Built.Outcome outcome = await ClientAsync("get", jail, "banip");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return outcome.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Waits until a jail holds these addresses and no other.</summary>
    public async Task HoldsAsync(string jail, params string[] addresses)
    {
        string[] held = [];
        await Eventually.TrueAsync(
            async () =>
            {
                held = await HeldAsync(jail);
                return held.Length == addresses.Length && held.ToHashSet().SetEquals(addresses);
            },
            () => $"{jail} holds {string.Join(", ", held)}. {LastLines}",
            // On a busy machine, fail2ban needs half a second for each ban.
            Eventually.DefaultTimeout + TimeSpan.FromSeconds(addresses.Length));
    }

    /// <summary>Logs enough failed ssh logins of an address for a ban.</summary>
    /// <remarks>Each login has its own process id, because fail2ban's filter treats lines with the same process id as one client.</remarks>
    public Task AttackAsync(string ip) =>
        File.AppendAllLinesAsync(
            Path.Combine(folder, "auth.log"),
            Enumerable
                .Range(session += 3, 3)
                .Select(id =>
                    $"{TimeProvider.System.GetLocalNow():yyyy-MM-ddTHH:mm:sszzz} host sshd[{id}]: Failed password for invalid user admin "
                        + $"from {ip} port 50022 ssh2"));

    public Task BansAsync(string ip) =>
        Eventually.TrueAsync(
            () => Banned.Contains(ip),
            () => $"Banned so far: {string.Join(", ", Banned)}. {File.ReadAllText(Path.Combine(folder, "fail2ban.log"))}");

    public ValueTask DisposeAsync() => process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task WriteConfigurationAsync(string folder)
    {
        Built.Outcome outcome = await Built.RunAsync(Repository.Path("tests/real/fail2ban.sh"), [folder]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    private string[] Common => ["-c", Path.Combine(folder, "etc"), "-s", Path.Combine(folder, "socket"), "-p", Path.Combine(folder, "pid")];
}
