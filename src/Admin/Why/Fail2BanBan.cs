using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>An address or network that a jail has banned.</summary>
/// <param name="Until">The end in UTC, see <see cref="UtcTimestamp"/>; null if the ban does not end or its end is unknown.</param>
/// <param name="IsPermanent">True if the ban does not end.</param>
internal sealed record Fail2BanBan(string Jail, string Ip, string? Until, bool IsPermanent);
