namespace F2bBroker.Contracts;

/// <summary>A message violates the protocol. The exception's message tells the operator how.</summary>
/// <param name="reason">One short sentence of printable ASCII, whatever the message contains.</param>
public sealed class InvalidMessageException(string reason, InvalidMessageKind kind = InvalidMessageKind.Field) : Exception(reason)
{
    public InvalidMessageKind Kind { get; } = kind;
}
