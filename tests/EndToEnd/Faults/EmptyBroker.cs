namespace F2bBroker.EndToEndTests.Faults;

/// <summary>The broker of the run, which is emptied once for all tests of a class.</summary>
public sealed class EmptyBroker(TestBroker broker) : IAsyncLifetime
{
    internal TestBroker Broker => broker;

    public async ValueTask InitializeAsync() => await broker.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
