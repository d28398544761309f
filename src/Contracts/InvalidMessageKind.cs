namespace F2bBroker.Contracts;

/// <summary>Why a message is invalid. The names are label values of a metric.</summary>
public enum InvalidMessageKind
{
    /// <summary>A field is malformed.</summary>
    Field,

    /// <summary>The reporting server is not the sender.</summary>
    Sender,

    /// <summary>The time is in the future.</summary>
    Time,

    /// <summary>The body is not a JSON object with the fields of a ban.</summary>
    Body,

    /// <summary>The body is too long.</summary>
    Length,
}
