using RabbitMQ.Client;

namespace F2bBroker.Admin.Waiting;

/// <summary>A message of a queue.</summary>
/// <param name="Exchange">The exchange that the message was published to.</param>
internal sealed record QueuedMessage(string Exchange, IReadOnlyBasicProperties Properties, ReadOnlyMemory<byte> Body);
