namespace F2bBroker.Shared.Configuration;

/// <summary>
/// The rules for the bans of one server: the keys of <c>[consumer]</c> that a section <c>[from NAME]</c> overrides one by one.
/// </summary>
/// <param name="MinPrefix4">Wider IPv4 networks are skipped.</param>
/// <param name="MinPrefix6">Wider IPv6 networks are skipped.</param>
/// <param name="Jails">The jails whose bans are accepted.</param>
/// <param name="MaxBans">The limit of the server's new bans.</param>
/// <param name="Quorum">The number of servers that must report an address before a ban of this server is written.</param>
/// <param name="IsTrial">True if the server's bans are written as <c>Trial</c>, so that fail2ban does not ban them.</param>
internal sealed record ServerRules(int MinPrefix4, int MinPrefix6, NameSelection Jails, RateLimit MaxBans, int Quorum, bool IsTrial);
