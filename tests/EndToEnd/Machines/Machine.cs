namespace F2bBroker.EndToEndTests.Machines;

/// <summary>A booted Debian with its own systemd and network, and an overlay over a common root.</summary>
/// <param name="name">The host name.</param>
/// <param name="root">The folder of the common root, which is not changed.</param>
/// <param name="network">The file of its network namespace.</param>
internal sealed class Machine(string name, string root, string network) : IAsyncDisposable
{
    // The mounts, also those of systemd-nspawn, are in this process's namespace and end with it. The firewall is in the network namespace.
    private const string Script = """
        for folder in $4; do mkdir -p "$folder"; echo $$ >"$folder/cgroup.procs"; done
        exec unshare --mount sh -ec '
            mkdir -p "$2/upper" "$2/work" "$2/root" /run/systemd/nspawn
            mount -t tmpfs tmpfs /run/systemd/nspawn
            mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
            exec systemd-nspawn --quiet --boot --register=no $5 --machine="$0" --directory="$2/root" \
                --network-namespace-path="$3" --capability=CAP_NET_ADMIN \
                --resolv-conf=off --timezone=off --console=pipe' "$0" "$1" "$2" "$3" "" "$5"
        """;

    // Without a running systemd, nothing on this machine creates a cgroup for it.
    private static readonly bool IsAlone = !Directory.Exists("/run/systemd/system");
    private static readonly string[] Hierarchies = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

    private readonly TempFolder folder = new();
    private Daemon? nspawn;
    private string init = "";

    public string Name => name;

    private IEnumerable<string> Cgroups => !IsAlone ? [] : Hierarchies
        .Where(hierarchy => File.Exists(Path.Combine(hierarchy, "cgroup.procs")))
        .Select(hierarchy => Path.Combine(hierarchy, $"f2bbroker-test-{name}"));

    /// <summary>Boots it, waits until all its units have started, and asserts that none has failed.</summary>
    public async Task BootAsync()
    {
        nspawn = new Daemon(
            "sh",
            ["-ec", Script, name, root, folder.Path, network, string.Join(' ', Cgroups), IsAlone ? "--keep-unit" : ""]);
        await Eventually.TrueAsync(
            async () =>
                !nspawn.IsRunning
                || (init = (await Built.RunAsync("pgrep", ["--parent", $"{nspawn.Id}", "--exact", "systemd"])).Output.Trim()).Length > 0,
            () => nspawn.Said);
        Assert.True(nspawn.IsRunning, nspawn.Said);
        string state = "";
        await Eventually.TrueAsync(
            async () => (state = (await TryAsync("systemctl is-system-running")).Output.Trim()) is "running" or "degraded",
            () => $"{name} does not finish booting: {state} {nspawn.Said}",
            TimeSpan.FromMinutes(5));
        Assert.True(
            state == "running",
            $"{name}: {(await TryAsync("systemctl --failed; journalctl --priority=warning --no-pager")).Output}");
    }

    /// <summary>Shuts it down.</summary>
    public async Task ShutDownAsync()
    {
        if (nspawn is not null)
        {
            await nspawn.StopAsync();
            await nspawn.DisposeAsync();
            nspawn = null;
        }
    }

    /// <summary>Runs commands in root's home and asserts that all succeed. Returns the output.</summary>
    public async Task<string> RunAsync(string commands)
    {
        Built.Outcome outcome = await TryAsync(commands);
        Assert.True(outcome.ExitCode == 0, $"{name}: {commands}\nends with {outcome.ExitCode}\n{outcome.Output}{outcome.Errors}");
        return outcome.Output.Trim();
    }

    /// <summary>Runs commands in root's home until one fails.</summary>
    /// <param name="options">Additional options of nsenter.</param>
    public Task<Built.Outcome> TryAsync(string commands, params string[] options)
    {
        (string program, string[] arguments) = Command(commands, options);
        return Built.RunAsync(program, arguments);
    }

    /// <summary>Starts commands and does not wait for their end.</summary>
    public Daemon Start(string commands)
    {
        (string program, string[] arguments) = Command(commands, []);
        return new Daemon(program, arguments);
    }

    /// <summary>Waits until a command succeeds.</summary>
    public async Task EventuallyAsync(string command, TimeSpan? within = null)
    {
        Built.Outcome outcome = new(0, "", "");
        await Eventually.TrueAsync(
            async () => (outcome = await TryAsync(command)).ExitCode == 0,
            () => $"{name}: {command}\n{outcome.Output}{outcome.Errors}",
            within);
    }

    /// <summary>Copies a file into root's home.</summary>
    public void Take(string file) => File.Copy(file, $"/proc/{init}/root/root/{Path.GetFileName(file)}", overwrite: true);

    public async ValueTask DisposeAsync()
    {
        await ShutDownAsync();
        foreach (string cgroup in Cgroups)
        {
            await Built.RunAsync("find", [cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
        }

        folder.Dispose();
    }

    private (string Program, string[] Arguments) Command(string commands, string[] options) =>
        (
            "nsenter",
            [
                $"--target={init}",
                "--all",
                "--root",
                .. options,
                "env",
                "-i",
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/root",
                "USER=root",
                "LANG=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive",
                "bash",
                "-ec",
                $"cd /root\n{commands}",
            ]);
}
