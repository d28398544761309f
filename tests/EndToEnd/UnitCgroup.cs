namespace F2bBroker.EndToEndTests;

/// <summary>A cgroup with the name of a systemd unit. The journal finds the unit of a sender by its cgroup.</summary>
internal sealed class UnitCgroup : IAsyncDisposable
{
    // The hierarchy that systemd and its journal use, in version 2, the hybrid and version 1.
    private static readonly string[] Hierarchies = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

    private readonly string unit;
    private readonly List<string> created = [];
    private readonly IReadOnlyList<string> folders;

    public UnitCgroup(string unit)
    {
        this.unit = unit;
        folders =
        [
            .. Hierarchies
                .Where(root => File.Exists(Path.Combine(root, "cgroup.procs")))
                .Select(root => Make(Make(root, "system.slice"), unit)),
        ];
        Assert.NotEmpty(folders);
    }

    /// <summary>Returns the command line that runs a program in it.</summary>
    public (string Program, string[] Arguments) Command(string program, IEnumerable<string> arguments) =>
        (
            "sh",
            [
                "-c",
                string.Concat(folders.Select(folder => $"echo $$ >{folder}/cgroup.procs; ")) + "exec \"$@\"",
                "sh",
                program,
                .. arguments,
            ]);

    /// <summary>Starts a program that sends to the journal and stays. The journal cannot find the unit of an ended process.</summary>
    public Daemon Send(params string[] command)
    {
        (string program, string[] arguments) = Command(command[0], command[1..]);
        return new Daemon(program, arguments);
    }

    /// <summary>Returns the command line of a Python program that stays after its script.</summary>
    public static string[] Python(string script) => ["/usr/bin/python3", "-c", $"{script}\nimport signal; signal.pause()"];

    /// <summary>Waits until the journal contains a message of the unit with that text.</summary>
    /// <param name="output">Returns the output of the senders for the failure message.</param>
    public async Task IsLoggedAsync(string text, Func<string>? output = null, params IEnumerable<string> options)
    {
        Built.Outcome read = new(0, "", "");
        await Eventually.TrueAsync(
            async () =>
                (read = await Built.RunAsync("journalctl", [.. options, "--output=cat", $"_SYSTEMD_UNIT={unit}"])).Output.Contains(
                    text,
                    StringComparison.Ordinal),
            () => $"The journal contains no '{text}' of {unit}: {read.Output}{read.Errors}{output?.Invoke()}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string folder in created.AsEnumerable().Reverse())
        {
            // A cgroup can be removed when its last process has ended.
            await Eventually.TrueAsync(
                async () => (await Built.RunAsync("rmdir", [folder])).ExitCode == 0,
                () => $"{folder} cannot be removed.");
        }
    }

    private string Make(string parent, string name)
    {
        string folder = Path.Combine(parent, name);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            created.Add(folder);
        }

        return folder;
    }
}
