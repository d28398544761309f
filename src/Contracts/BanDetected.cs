namespace F2bBroker.Contracts;

/// <summary>
/// The message: fail2ban on <paramref name="Server"/> has banned <paramref name="Ip"/>. Text as received; <see cref="Ban.Parse"/> makes
/// sense of it.
/// </summary>
/// <param name="Ip">Address or network in canonical text, see <see cref="Subnet"/>.</param>
/// <param name="Jail">Name of the jail, free text as in fail2ban's log.</param>
/// <param name="Server">Name of the server, which is also its broker user.</param>
/// <param name="DetectedAt">Time of the ban in UTC, see <see cref="UtcTimestamp"/>.</param>
public sealed record BanDetected(string Ip, string Jail, string Server, string DetectedAt);
