using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>
/// A RabbitMQ for tests that stop it, kill it or raise its alarms; never in a container. Its consumer timeout is 5 s instead of 30 minutes.
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
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    public Task StopAsync() => local.StopAsync();

    public Task KillAsync() => local.KillAsync();

    /// <summary>The folder of its files.</summary>
    public string Folder => local.Folder;

    /// <summary>The total size of its files.</summary>
    public long BytesOnDisk => local.BytesOnDisk;

    /// <summary>Returns the number of lines of its log that contain the text.</summary>
    public int CountLogged(string text) => local.CountLogged(text);

    /// <summary>Runs rabbitmqctl.</summary>
    public Task ControlAsync(params IEnumerable<string> arguments) => local.ControlAsync(arguments);

    /// <param name="alarm">The alarm's name in the management API.</param>
    public async Task<bool> HasAlarmAsync(string alarm) =>
        ((JsonArray)(await GetAsync("nodes"))!).Any(node => (bool?)node![alarm] == true);

    public async ValueTask DisposeAsync()
    {
        CloseApi();
        await local.DisposeAsync();
    }
}

/// <summary>The test classes that share one private broker.</summary>
[CollectionDefinition(Name)]
public sealed class OnPrivateBroker : ICollectionFixture<PrivateBroker>
{
    public const string Name = "private broker";
}
