namespace F2bBroker.EndToEndTests;

/// <summary>
/// The package as <c>deploy/deb/build.sh</c> builds it, but with a faster compression. It is built once per run, for the first test that
/// needs it.
/// </summary>
public sealed class BuiltPackage : IDisposable
{
    /// <summary>The compilation takes two minutes of CPU time, and the machine may be busy.</summary>
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(30);

    private readonly TempFolder folder = new();
    private readonly Lazy<Task<string>> file;
    private readonly Lazy<Task<string>> newer;
    private readonly Lazy<Task<string>> first;

    public BuiltPackage()
    {
        file = new(() => BuildAsync(folder.Path));
        newer = new(RepackAsync);
        first = new(BuildFirstAsync);
    }

    internal Task<string> FileAsync() => file.Value;

    /// <summary>Returns the package with a higher version and an additional comment in a configuration file.</summary>
    internal Task<string> NewerAsync() => newer.Value;

    /// <summary>Returns the package of version 0.1.0, built from its commit.</summary>
    internal Task<string> FirstAsync() => first.Value;

    /// <summary>Builds the package again, or for another architecture. Returns the file.</summary>
    internal static Task<string> BuildAsync(string folder, string architecture = "amd64") =>
        BuildAsync(Repository.Path("."), ["--arch", architecture, folder]);

    private static async Task<string> BuildAsync(
        string sources,
        IEnumerable<string> arguments,
        params IEnumerable<string> environment)
    {
        Built.Outcome built = await Built.RunAsync(
            BuildTimeout,
            Path.Combine(sources, "deploy/deb/build.sh"),
            arguments,
            environment.Concat(["DPKG_DEB_COMPRESSOR_TYPE=gzip", "DPKG_DEB_COMPRESSOR_LEVEL=1"]));
        Assert.True(built.ExitCode == 0, $"{built.Output}{built.Errors}");
        return built.Output.Trim().Split('\n')[^1];
    }

    public void Dispose() => folder.Dispose();

    private async Task<string> BuildFirstAsync()
    {
        const string Commit = "421f9199f534d5f9b2cf5f2730eb9352ff5c97b2";
        const string Script = """
            mkdir "$3" && git -C "$1" archive "$2" | tar -x -C "$3" && git -C "$1" log -1 --format=%ct "$2"
            """;
        string sources = folder["first"];
        Built.Outcome outcome = await Built.RunAsync(
            "bash",
            ["-o", "pipefail", "-c", Script, "bash", Repository.Path("."), Commit, sources]);
        Assert.True(outcome.ExitCode == 0, $"The commit of version 0.1.0 is needed, so not a shallow clone. {outcome.Errors}");
        return await BuildAsync(sources, [folder.Path], $"SOURCE_DATE_EPOCH={outcome.Output.Trim()}");
    }

    private async Task<string> RepackAsync()
    {
        string package = await FileAsync();
        string repacked = $"{Path.ChangeExtension(package, null)}+1.deb";
        const string Script = """
            dpkg-deb --raw-extract "$1" "$2" && sed -i 's/^Version: .*/&+1/' "$2/DEBIAN/control" &&
            echo '# newer' >>"$2/etc/logrotate.d/f2bbroker" && dpkg-deb -Zgzip -z1 --root-owner-group --build "$2" "$3"
            """;
        Built.Outcome outcome = await Built.RunAsync("sh", ["-c", Script, "sh", package, folder["raw"], repacked]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return repacked;
    }
}
