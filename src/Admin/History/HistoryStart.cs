namespace F2bBroker.Admin.History;

/// <summary>The oldest message of the stream.</summary>
/// <param name="PublishedAt">The minute in which it was published, by the broker's clock.</param>
/// <param name="IsFirst">True if it is the first message ever, so that the stream has lost none.</param>
internal sealed record HistoryStart(DateTimeOffset PublishedAt, bool IsFirst);
