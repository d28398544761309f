using RabbitMQ.Client;

namespace F2bBroker.Admin.Waiting;

/// <summary>A message of a queue.</summary>
/// <param name="DeliveryTag">The delivery tag on the browser's channel.</param>
/// <param name="Exchange">The exchange that the message was published to.</param>
internal sealed record QueuedMessage(
    ulong DeliveryTag,
    string Exchange,
    IReadOnlyBasicProperties Properties,
    ReadOnlyMemory<byte> Body);
