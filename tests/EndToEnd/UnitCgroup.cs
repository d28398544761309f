namespace F2bBroker.EndToEndTests;

/// <summary>The cgroup of a systemd unit, made by hand: from it the journal finds out the unit of whoever sends.</summary>
internal sealed class UnitCgroup : IAsyncDisposable
{
    // Where version 2, the hybrid and version 1 have the hierarchy that systemd and its journal go by.
    private static readonly string[] Hierarchies = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

    private readonly List<string> made = [];
    private readonly IReadOnlyList<string> folders;

    public UnitCgroup(string unit)
    {
        folders = [.. Hierarchies.Where(root => File.Exists(Path.Combine(root, "cgroup.procs"))).Select(root => Make(Make(root, "system.slice"), unit))];
        Assert.NotEmpty(folders);
    }

    /// <summary>The command line of a program that runs in it.</summary>
    public (string Program, string[] Arguments) Command(string program, IEnumerable<string> arguments) =>
        ("sh", ["-c", string.Concat(folders.Select(folder => $"echo $$ >{folder}/cgroup.procs; ")) + "exec \"$@\"", "sh", program, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        foreach (string folder in made.AsEnumerable().Reverse())
        {
            // A cgroup can be removed once its last process is gone.
            await Eventually.TrueAsync(async () => (await Built.RunAsync("rmdir", [folder])).ExitCode == 0, () => $"{folder} cannot be removed.");
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
