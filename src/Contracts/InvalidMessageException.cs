namespace F2bBroker.Contracts;

/// <summary>A message breaks the protocol; the text says how, for the operator who reads the error queue.</summary>
/// <param name="reason">One short sentence of printable ASCII, whatever the message holds.</param>
public sealed class InvalidMessageException(string reason, InvalidMessageKind kind = InvalidMessageKind.Field) : Exception(reason)
{
    public InvalidMessageKind Kind { get; } = kind;
}
