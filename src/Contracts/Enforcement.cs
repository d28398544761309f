namespace F2bBroker.Contracts;

/// <summary>
/// What this server's fail2ban logged about shared bans since the producer's start, or since the checkpoint of its last run: about the jail
/// <c>f2bbroker</c>, and every jail <c>f2bbroker-…</c> except <c>f2bbroker-pardon</c>.
/// </summary>
/// <param name="Banned">The lines <c>Ban</c>.</param>
/// <param name="AlreadyBanned">The lines <c>already banned</c>.</param>
/// <param name="Ignored">The lines <c>Ignore</c>.</param>
/// <param name="Restored">The lines <c>Restore Ban</c>.</param>
/// <param name="Failed">The lines <c>Failed to execute ban jail</c>.</param>
/// <param name="LastAt">The time of the last such line that was read, in UTC, which may be an older one; null if there was none.</param>
public sealed record Enforcement(long Banned, long AlreadyBanned, long Ignored, long Restored, long Failed, string? LastAt = null);
