using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary>Which bans the operator wants to see; null for any.</summary>
/// <param name="Jail">As it stands in the monitored log.</param>
internal sealed record BanFilter(string? Server, string? Jail)
{
    public bool Admits(Ban ban) => (Server is null || Server == ban.Server) && (Jail is null || Jail == JailName.Plain(ban.Jail));
}
