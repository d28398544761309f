namespace F2bBroker.Consumer.Receiving;

/// <summary>Somebody else consumes this server's queue.</summary>
internal sealed class QueueInUseException() : Exception("The queue has a consumer already.");
