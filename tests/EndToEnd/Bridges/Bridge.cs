using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Bridges;

/// <summary>A bridge from one group to another: a consumer of the first group, whose log a producer of the second group follows.</summary>
internal sealed class Bridge : IAsyncDisposable
{
    private Bridge(Server consumer, Server producer) => (Consumer, Producer) = (consumer, producer);

    /// <summary>The server of the first group.</summary>
    public Server Consumer { get; }

    /// <summary>The server of the second group, under whose name the bans arrive there.</summary>
    public Server Producer { get; }

    /// <summary>Enrolls both halves, as an operator of each group does, without starting them.</summary>
    /// <param name="to">The name of the second group in the first one.</param>
    /// <param name="friend">The name of the first group in the second one.</param>
    /// <param name="producerSettings">Lines of the section [producer].</param>
    public static async Task<Bridge> EnrollAsync(
        RunningBroker first,
        RunningBroker second,
        string to,
        string friend,
        params IEnumerable<string> producerSettings)
    {
        Server consumer = await Server.EnrollAsync(first, to, Role.Receiver, "bridge = true", "maxbans = 0");
        Server producer = await Server.EnrollAsync(second, friend, Role.Reporter);
        producer.Forward(consumer, producerSettings);
        return new Bridge(consumer, producer);
    }

    public Daemon? RunningConsumer { get; private set; }

    public Daemon? RunningProducer { get; private set; }

    /// <summary>Starts both halves. The consumer creates its log.</summary>
    public async Task StartAsync()
    {
        RunningConsumer = await Consumer.StartConsumerAsync();
        RunningProducer = await Producer.StartProducerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Producer.DisposeAsync();
        await Consumer.DisposeAsync();
    }
}
