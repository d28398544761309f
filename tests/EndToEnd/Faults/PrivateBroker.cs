namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// A RabbitMQ to be stopped, killed and starved, never in a container. It waits for an acknowledgement for 5 s only, instead of 30 minutes.
/// </summary>
public sealed class PrivateBroker : RunningBroker, IAsyncLifetime
{
    private readonly LocalBroker local = new();

    public async ValueTask InitializeAsync()
    {
        await local.ConfigureAsync("{rabbit, [{consumer_timeout, 5000}, {channel_tick_interval, 1000}]}");
        await StartAsync();
    }

    public async Task StartAsync()
    {
        await local.StartAsync();
        Found("127.0.0.1", local.Port, local.Api);
    }

    public Task StopAsync() => local.StopAsync();

    public Task KillAsync() => local.KillAsync();

    /// <summary>Where its files are.</summary>
    public string Folder => local.Folder;

    /// <summary>What all its files take.</summary>
    public long BytesOnDisk => local.BytesOnDisk;

    /// <summary>Runs rabbitmqctl.</summary>
    public Task ControlAsync(params IEnumerable<string> arguments) => local.ControlAsync(arguments);

    public async ValueTask DisposeAsync()
    {
        Gone();
        await local.DisposeAsync();
    }
}

/// <summary>The test classes that share it.</summary>
[CollectionDefinition(Name)]
public sealed class OnPrivateBroker : ICollectionFixture<PrivateBroker>
{
    public const string Name = "private broker";
}
