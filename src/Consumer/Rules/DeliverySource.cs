namespace F2bBroker.Consumer.Rules;

/// <summary>Where a ban came from.</summary>
internal enum DeliverySource
{
    /// <summary>From the server's queue, or from the stream if the server has no queue.</summary>
    Delivered,

    /// <summary>From the stream, which is read in addition to the queue. <see cref="ReplayQuarantine"/> has counted it.</summary>
    HistoryStream,

    /// <summary>From the error queue, because an operator requeued it. A quarantine of its sender does not stop it.</summary>
    Requeued,

    /// <summary>From the monitored log: it was written as <c>Trial</c>, and its server is no longer on trial.</summary>
    EarlierTrial,
}
