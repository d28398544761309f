using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Bridges;

/// <summary>The brokers of three groups.</summary>
public sealed class ThreeBrokers : IAsyncLifetime
{
    public PrivateBroker A { get; } = new();

    public PrivateBroker B { get; } = new();

    public PrivateBroker C { get; } = new();

    public async ValueTask InitializeAsync()
    {
        foreach (PrivateBroker broker in All)
        {
            await broker.InitializeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PrivateBroker broker in All)
        {
            await broker.DisposeAsync();
        }
    }

    private PrivateBroker[] All => [A, B, C];
}

/// <summary>The test classes that share the brokers of three groups.</summary>
[CollectionDefinition(Name)]
public sealed class OnThreeBrokers : ICollectionFixture<ThreeBrokers>
{
    public const string Name = "three brokers";
}
