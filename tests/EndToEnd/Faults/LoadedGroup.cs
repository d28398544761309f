using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A group in which bans of server a flow to server b while a test injects faults into the broker.</summary>
/// <param name="queueType">How both servers receive.</param>
public abstract class LoadedGroup<TBroker>(TBroker broker, QueueType queueType) : IAsyncLifetime
    where TBroker : RunningBroker
{
    private protected Server origin = null!;
    private protected Server receiver = null!;
    private protected Daemon producer = null!;
    private protected Daemon consumer = null!;
    private protected Load load = null!;
    private TestGroup group = null!;

    private protected TBroker Broker { get; } = broker;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(Broker);
        origin = await EnrollAsync("a");
        receiver = await EnrollAsync("b", Load.NoLimit);
        producer = await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
        load = group.Add(new Load(origin, receiver, Random.Shared.Next()).Start());
        await load.GrowsAsync(1);
        await load.FlowsAsync();
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private async Task<Server> EnrollAsync(string name, params string[] consumerSettings) =>
        group.Add(await Server.EnrollAsync(Broker, name, queueType, consumerSettings));
}
