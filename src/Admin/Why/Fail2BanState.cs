namespace F2bBroker.Admin.Why;

/// <summary>What fail2ban says of an address.</summary>
/// <param name="Problem">Why it is unknown; null if fail2ban has answered.</param>
/// <param name="Bans">The bans that overlap the address.</param>
/// <param name="IgnoredBy">The jails of shared bans whose <c>ignoreip</c> contains the address.</param>
internal sealed record Fail2BanState(string? Problem, IReadOnlyList<Fail2BanBan> Bans, IReadOnlyList<IgnoredAddress> IgnoredBy);
