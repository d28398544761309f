using F2bBroker.Contracts;

namespace F2bBroker.Admin.History;

/// <summary>Which bans the operator wants to see; null for any.</summary>
/// <param name="Jail">As it stands in the monitored log.</param>
internal sealed record BanSelection(string? Server, string? Jail)
{
    public bool Matches(Ban ban) => (Server is null || Server == ban.Server) && (Jail is null || Jail == JailName.Sanitize(ban.Jail));
}
