namespace F2bBroker.EndToEndTests;

/// <summary>A fixture that installs a Debian. Without root or Debian's mirror, it is not set up and its tests are skipped.</summary>
public abstract class DebianFixture : IAsyncLifetime
{
    private string? obstacle;

    public async ValueTask InitializeAsync()
    {
        obstacle = await FindObstacleAsync();
        if (obstacle is null)
        {
            await SetUpAsync();
        }
    }

    /// <summary>Skips the test if the fixture is not set up.</summary>
    public void SkipIfMissing() => Assert.SkipWhen(obstacle is not null, obstacle ?? "");

    public abstract ValueTask DisposeAsync();

    /// <summary>Returns the reason why the fixture cannot be set up on this machine; null if it can.</summary>
    protected virtual Task<string?> FindObstacleAsync() => DebianRoot.FindObstacleAsync();

    protected abstract Task SetUpAsync();
}
