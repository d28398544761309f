namespace F2bBroker.Admin.Why;

/// <summary>An address or network that a jail ignores.</summary>
internal sealed record IgnoredAddress(string Jail, string Ip);
