using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>A message of the stream.</summary>
/// <param name="Offset">The offset of the message in the stream.</param>
/// <param name="DeliveryTag">The delivery tag on this subscription's channel.</param>
internal sealed record HistoryMessage(long Offset, ulong DeliveryTag, IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body);
