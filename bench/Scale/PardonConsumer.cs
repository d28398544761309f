using RabbitMQ.Client;

namespace F2bBroker.Bench.Scale;

/// <summary>Receives pardons and acknowledges them.</summary>
internal sealed class PardonConsumer(IChannel channel) : AsyncDefaultBasicConsumer(channel)
{
    public override async Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default) =>
        await Channel.BasicAckAsync(deliveryTag, multiple: false, cancellationToken);
}
