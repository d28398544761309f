using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// A segment of the source whose ban is being published. It is done when <paramref name="Confirmed"/> and all earlier ones are.
/// </summary>
internal readonly record struct PendingPublish(Task Confirmed, Position End, bool IsBan);
