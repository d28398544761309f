namespace F2bBroker.Admin.Health;

/// <summary>Messages of the stream that do not count.</summary>
/// <param name="Sender">Their authenticated sender; empty if there is none.</param>
/// <param name="IsForeign">True if they were published to another exchange than that of the health messages.</param>
/// <param name="Reason">Why the first of them does not count.</param>
internal sealed record RefusedHealth(string Sender, bool IsForeign, string Reason, long Count);
