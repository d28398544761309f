using F2bBroker.Contracts;

namespace F2bBroker.Admin.History;

/// <summary>Selects the bans that the operator wants to see; null selects all.</summary>
/// <param name="Jail">The jail as in the monitored log.</param>
internal sealed record BanSelection(string? Server, string? Jail)
{
    public bool Matches(Ban ban) => (Server is null || Server == ban.Server) && (Jail is null || Jail == JailName.Sanitize(ban.Jail));
}
