namespace F2bBroker.Consumer;

/// <summary>Somebody else consumes this server's queue.</summary>
internal sealed class QueueTakenException() : Exception("The queue has a consumer already.");
