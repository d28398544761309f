namespace F2bBroker.Consumer.Rules;

/// <summary>On which way a ban came.</summary>
internal enum DeliverySource
{
    /// <summary>As it was published, by the server's queue.</summary>
    Queue,

    /// <summary>From the stream, where <see cref="ReplayQuarantine"/> has counted it.</summary>
    HistoryStream,

    /// <summary>From the error queue, by an operator's decision: its sender's quarantine does not stop it.</summary>
    Requeued,
}
