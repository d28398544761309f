using RabbitMQ.Client;

namespace F2bBroker.Shared.Messaging;

/// <summary>A message of the stream.</summary>
/// <param name="Offset">Its place in the stream.</param>
/// <param name="DeliveryTag">Its place among what this subscription was sent.</param>
internal sealed record HistoryMessage(long Offset, ulong DeliveryTag, IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body);
