namespace F2bBroker.Consumer.Receiving;

/// <summary>Another consumer uses this server's queue.</summary>
internal sealed class QueueInUseException() : Exception("The queue has a consumer already.");
