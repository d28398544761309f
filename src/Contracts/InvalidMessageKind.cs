namespace F2bBroker.Contracts;

/// <summary>Of what kind a refusal is: few, whatever the messages hold.</summary>
public enum InvalidMessageKind
{
    /// <summary>A field is malformed.</summary>
    Field,

    /// <summary>It is not its sender's own word.</summary>
    Sender,

    /// <summary>Its time is not to be believed.</summary>
    Time,

    /// <summary>It is not a JSON object with a ban's fields.</summary>
    Body,

    /// <summary>It is far too long for a ban.</summary>
    Length,
}
