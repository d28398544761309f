using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>The identity of a ban in little memory: its names are shared with other bans.</summary>
/// <param name="Via">The server that reported a forwarded ban; null for another ban. It is not part of the identity.</param>
internal readonly record struct BanReport(Subnet Ip, DateTimeOffset DetectedAt, string Server, string Jail, string? Via = null)
{
    /// <summary>Compares address, time, server and jail, so that the bans of an address are together and in the order of time.</summary>
    public static int Compare(BanReport one, BanReport other)
    {
        int order = one.Ip.CompareTo(other.Ip);
        order = order != 0 ? order : one.DetectedAt.CompareTo(other.DetectedAt);
        order = order != 0 ? order : string.CompareOrdinal(one.Server, other.Server);
        return order != 0 ? order : string.CompareOrdinal(one.Jail, other.Jail);
    }
}
