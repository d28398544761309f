using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>Counts of the bans of a period, as <c>f2bbroker stats</c> prints them. A ban that was published twice counts once.</summary>
/// <param name="Bans">The number of bans.</param>
/// <param name="Addresses">The number of different addresses and networks in these bans.</param>
/// <param name="Lines">The lines of each word, such as <c>Trial</c>, in a monitored log; null for the bans of the stream.</param>
/// <param name="Servers">The bans that each server reported, the largest number first.</param>
/// <param name="Forwarded">The bans that were forwarded from another group, by both servers: <c>friend-a via web1</c>.</param>
/// <param name="Jails">The bans of each jail, the largest number first. The names are sanitized as in the monitored log.</param>
/// <param name="Hours">The bans of each hour from the first to the last one, by <see cref="UtcTimestamp"/>.</param>
/// <param name="Networks24">The /24 networks with the most addresses, and the number of these addresses.</param>
/// <param name="Networks48">The /48 networks with the most addresses, and the number of these addresses.</param>
/// <param name="ReportedBy">The number of addresses that one, two, and three or more servers reported.</param>
/// <param name="BansAfterAnother">The bans that came after another server had already banned the same address.</param>
/// <param name="MedianHeadStart">The median time in seconds from the other server's ban to these bans; null without any.</param>
internal sealed record BanStatistics(
    int Bans,
    int Addresses,
    IReadOnlyDictionary<string, int>? Lines,
    IReadOnlyDictionary<string, int> Servers,
    IReadOnlyDictionary<string, int> Forwarded,
    IReadOnlyDictionary<string, int> Jails,
    IReadOnlyDictionary<string, int> Hours,
    IReadOnlyDictionary<string, int> Networks24,
    IReadOnlyDictionary<string, int> Networks48,
    IReadOnlyDictionary<string, int> ReportedBy,
    int BansAfterAnother,
    double? MedianHeadStart);
