using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Journal;

/// <summary>A position in the journal.</summary>
/// <param name="Cursor">The cursor of the last entry of fail2ban that was read; null before the first one.</param>
internal sealed record JournalPosition(string? Cursor) : Position;
