namespace F2bBroker.EndToEndTests;

/// <summary>The cgroup of a systemd unit, made by hand: from it the journal finds out the unit of whoever sends.</summary>
internal sealed class UnitCgroup : IAsyncDisposable
{
    // Where version 2, the hybrid and version 1 have the hierarchy that systemd and its journal go by.
    private static readonly string[] Hierarchies = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

    private readonly string unit;
    private readonly List<string> made = [];
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

    /// <summary>The command line of a program that runs in it.</summary>
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

    /// <summary>A program that sends to the journal and stays: the journal cannot tell the unit of a sender that is gone.</summary>
    public Daemon Send(params string[] command)
    {
        (string program, string[] arguments) = Command(command[0], command[1..]);
        return new Daemon(program, arguments);
    }

    /// <summary>The command line of a program in Python that stays once it is done.</summary>
    public static string[] Python(string script) => ["/usr/bin/python3", "-c", $"{script}\nimport signal; signal.pause()"];

    /// <summary>Waits until the journal holds a message of the unit with the text in it.</summary>
    /// <param name="said">What those say that should have brought it there, for a failure.</param>
    public async Task IsHeardAsync(string text, Func<string>? said = null, params IEnumerable<string> options)
    {
        Built.Outcome read = new(0, "", "");
        await Eventually.TrueAsync(
            async () =>
                (read = await Built.RunAsync("journalctl", [.. options, "--output=cat", $"_SYSTEMD_UNIT={unit}"])).Output.Contains(
                    text,
                    StringComparison.Ordinal),
            () => $"The journal holds no '{text}' of {unit}: {read.Output}{read.Errors}{said?.Invoke()}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string folder in made.AsEnumerable().Reverse())
        {
            // A cgroup can be removed once its last process is gone.
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
            made.Add(folder);
        }

        return folder;
    }
}
