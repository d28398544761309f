namespace F2bBroker.EndToEndTests;

/// <summary>The package, and a Debian to install it in.</summary>
public sealed class PackageAndRoot(BuiltPackage package) : DebianFixture
{
    public string Package { get; private set; } = "";

    internal DebianRoot Root { get; } = new();

    public override ValueTask DisposeAsync()
    {
        Root.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task SetUpAsync()
    {
        await Task.WhenAll(package.FileAsync(), Root.InstallAsync());
        Package = await package.FileAsync();
    }
}
