namespace F2bBroker.EndToEndTests;

/// <summary>The package as <c>deploy/deb/build.sh</c> builds it, but for the compression, which takes long, and a Debian to install it in; both are made once.</summary>
public sealed class PackageAndRoot : IAsyncLifetime
{
    private readonly TempFolder folder = new();

    /// <summary>Why they are not made, or null.</summary>
    public string? Obstacle { get; private set; }

    public string Package { get; private set; } = "";

    internal DebianRoot Root { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Obstacle = await DebianRoot.ObstacleAsync();
        if (Obstacle is not null)
        {
            return;
        }

        Task<Built.Outcome> building = Built.RunAsync(Repository.Path("deploy/deb/build.sh"), [folder.Path], "DPKG_DEB_COMPRESSOR_TYPE=gzip", "DPKG_DEB_COMPRESSOR_LEVEL=1");
        await Task.WhenAll(building, Root.InstallAsync());
        Built.Outcome built = await building;
        Assert.True(built.ExitCode == 0, $"{built.Output}{built.Errors}");
        Package = built.Output.Trim().Split('\n')[^1];
    }

    public ValueTask DisposeAsync()
    {
        Root.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
