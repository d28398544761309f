using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Journal;

/// <summary>How far the journal has been read.</summary>
/// <param name="Cursor">The journal's name for the last entry of fail2ban that was read; null before the first one.</param>
internal sealed record JournalPosition(string? Cursor) : Position;
