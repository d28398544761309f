namespace F2bBroker.Contracts;

/// <summary>A server that a consumer has quarantined.</summary>
/// <param name="Server">The quarantined server.</param>
/// <param name="Until">The end of the quarantine unless the server reports too many bans again, in UTC.</param>
public sealed record QuarantinedServer(string Server, string Until);
