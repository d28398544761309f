using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Publishing;

/// <summary>A stretch of the log on its way: done when <paramref name="Confirmed"/> is, and all before it.</summary>
internal readonly record struct PendingPublish(Task Confirmed, Position End, bool IsBan);
