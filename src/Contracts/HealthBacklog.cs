namespace F2bBroker.Contracts;

/// <summary>What a daemon has not finished yet.</summary>
/// <param name="Bans">Producer: bans that are published and not confirmed. Consumer: bans that are not on disk yet.</param>
/// <param name="Bytes">Producer: bytes of the log after the checkpoint; null if unknown, and for a consumer.</param>
/// <param name="Until">Consumer: the time of the newest ban that it has received, in UTC; null for a producer, or if there is none.</param>
public sealed record HealthBacklog(long Bans, long? Bytes = null, string? Until = null);
