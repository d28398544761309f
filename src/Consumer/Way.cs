namespace F2bBroker.Consumer;

/// <summary>On which way a ban came.</summary>
internal enum Way
{
    /// <summary>As it was published, by the server's queue.</summary>
    Live,

    /// <summary>From the stream, where <see cref="PastContainment"/> has counted it.</summary>
    Stream,

    /// <summary>From the error queue, by an operator's decision: its sender's quarantine does not stop it.</summary>
    Requeued,
}
