namespace F2bBroker.EndToEndTests;

/// <summary>The package, and Debians to install it in.</summary>
public sealed class PackageAndRoot(BuiltPackage package) : DebianFixture
{
    private readonly List<DebianRoot> roots = [];

    public string Package { get; private set; } = "";

    public override ValueTask DisposeAsync()
    {
        roots.ForEach(root => root.Dispose());
        return ValueTask.CompletedTask;
    }

    /// <summary>Installs the release of Debian.</summary>
    internal async Task<DebianRoot> InstallAsync(Debian debian)
    {
        DebianRoot root = new(debian);
        roots.Add(root);
        await root.InstallAsync();
        return root;
    }

    protected override async Task SetUpAsync() => Package = await package.FileAsync();
}
