using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>A message of a stream.</summary>
/// <param name="Offset">The offset of the message in the stream.</param>
/// <param name="DeliveryTag">The delivery tag on this subscription's channel.</param>
/// <param name="Exchange">The exchange that the message was published to.</param>
internal sealed record StreamMessage(
    long Offset,
    ulong DeliveryTag,
    string Exchange,
    IReadOnlyBasicProperties Properties,
    ReadOnlyMemory<byte> Body);
