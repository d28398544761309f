using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>Counts bans by server, jail, hour, network, and by how many servers reported the same address.</summary>
internal sealed class StatisticsCounter
{
    private const int PrefixLength4 = 24;
    private const int PrefixLength6 = 48;
    private const int MaxNetworks = 10;

    private static readonly Comparer<Subnet> ByBytes = Comparer<Subnet>.Create((one, other) => one.CompareTo(other));

    private readonly Dictionary<string, int> servers = [];
    private readonly Dictionary<string, int> forwarded = [];
    private readonly Dictionary<string, int> jails = [];
    private readonly Dictionary<DateTimeOffset, int> hours = [];
    private readonly Dictionary<Subnet, int> networks = [];
    private readonly int[] reportedBy = new int[3];
    private readonly List<TimeSpan> headStarts = [];
    private int addresses;

    /// <param name="bans">The bans as <see cref="BanCollection.Sort"/> returns them.</param>
    public static BanStatistics Count(IReadOnlyList<BanReport> bans)
    {
        StatisticsCounter counter = new();
        for (int start = 0, end; start < bans.Count; start = end)
        {
            Subnet ip = bans[start].Ip;
            for (end = start + 1; end < bans.Count && bans[end].Ip.Equals(ip); end++)
            {
            }

            counter.CountAddress(ip, [.. bans.Skip(start).Take(end - start)]);
        }

        return counter.CreateStatistics(bans.Count);
    }

    /// <param name="bans">The bans of one address in the order of time.</param>
    private void CountAddress(Subnet ip, BanReport[] bans)
    {
        addresses++;
        if (ip.IsAddress)
        {
            Increment(networks, ip.FindEnclosing(ip.IsIPv4 ? PrefixLength4 : PrefixLength6));
        }

        foreach (BanReport ban in bans)
        {
            Increment(servers, ban.Server);
            if (ban.Via is { } via)
            {
                Increment(forwarded, $"{ban.Server} via {via}");
            }

            Increment(jails, ban.Jail);
            DateTimeOffset at = ban.DetectedAt;
            Increment(hours, new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero));
        }

        BanReport first = bans[0];
        DateTimeOffset? ofAnother = null;
        foreach (BanReport ban in bans)
        {
            bool isFirstServer = ban.Server == first.Server;
            TimeSpan? headStart = ban.DetectedAt - (isFirstServer ? ofAnother : first.DetectedAt);
            if (headStart > TimeSpan.Zero)
            {
                headStarts.Add(headStart.Value);
            }

            ofAnother ??= isFirstServer ? null : ban.DetectedAt;
        }

        int count = ofAnother is null ? 1 : bans.Select(ban => ban.Server).Distinct().Count();
        reportedBy[Math.Min(count, reportedBy.Length) - 1]++;
    }

    private BanStatistics CreateStatistics(int bans) => new(
        bans,
        addresses,
        Lines: null,
        Sort(servers),
        Sort(forwarded),
        Sort(jails),
        FillHours(),
        FindLargestNetworks(isIPv4: true),
        FindLargestNetworks(isIPv4: false),
        new OrderedDictionary<string, int> { ["1"] = reportedBy[0], ["2"] = reportedBy[1], ["3 or more"] = reportedBy[2] },
        headStarts.Count,
        FindMedian()?.TotalSeconds);

    private TimeSpan? FindMedian()
    {
        headStarts.Sort();
        int middle = headStarts.Count / 2;
        return headStarts.Count == 0 ? null
            : headStarts.Count % 2 == 1 ? headStarts[middle]
            : (headStarts[middle - 1] + headStarts[middle]) / 2;
    }

    private OrderedDictionary<string, int> FindLargestNetworks(bool isIPv4) =>
        new(
            networks
                .Where(network => network.Key.IsIPv4 == isIPv4)
                .OrderByDescending(network => network.Value)
                .ThenBy(network => network.Key, ByBytes)
                .Take(MaxNetworks)
                .Select(network => KeyValuePair.Create(network.Key.ToString(), network.Value)));

    /// <summary>Returns the hours from the first to the last one, including those without bans.</summary>
    private OrderedDictionary<string, int> FillHours()
    {
        OrderedDictionary<string, int> filled = [];
        DateTimeOffset last = hours.Count > 0 ? hours.Keys.Max() : DateTimeOffset.MinValue;
        for (DateTimeOffset hour = hours.Count > 0 ? hours.Keys.Min() : DateTimeOffset.MaxValue; hour <= last; hour = hour.AddHours(1))
        {
            filled[UtcTimestamp.Format(hour)] = hours.GetValueOrDefault(hour);
        }

        return filled;
    }

    private static void Increment<T>(Dictionary<T, int> counts, T key)
        where T : notnull =>
        counts[key] = counts.GetValueOrDefault(key) + 1;

    private static OrderedDictionary<string, int> Sort(Dictionary<string, int> counts) =>
        new(counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal));
}
