namespace F2bBroker.EndToEndTests;

/// <summary>The package, and a Debian to install it in.</summary>
public sealed class PackageAndRoot(BuiltPackage package) : IAsyncLifetime
{
    /// <summary>Why they are not made, or null.</summary>
    public string? Obstacle { get; private set; }

    public string Package { get; private set; } = "";

    internal DebianRoot Root { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Obstacle = await DebianRoot.ObstacleAsync();
        if (Obstacle is null)
        {
            await Task.WhenAll(package.FileAsync(), Root.InstallAsync());
            Package = await package.FileAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Root.Dispose();
        return ValueTask.CompletedTask;
    }
}
