using System.Globalization;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Statistics;

/// <summary>Formats statistics as tables, or as CSV.</summary>
internal static class StatisticsFormat
{
    private const int MaxRows = 20;
    private const int BarWidth = 40;

    /// <summary>Returns tables and sentences.</summary>
    /// <param name="since">The beginning of the period as text.</param>
    /// <param name="bar">The character that bars consist of; null for no bars.</param>
    public static string Text(BanStatistics statistics, string since, char? bar) =>
        statistics.Bans == 0
            ? $"No ban since {since}."
            : string.Join("\n\n",
            [
                $"{statistics.Bans} bans of {statistics.Addresses} addresses since {since}",
                .. statistics.Lines is { } lines ? Table("LINE", "BANS", lines, bar) : [],
                Table("SERVER", "BANS", Shorten(statistics.Servers), bar),
                .. statistics.Forwarded.Count > 0
                    ? [Table("FORWARDED", "BANS", Shorten(statistics.Forwarded), bar)]
                    : Array.Empty<string>(),
                Table("JAIL", "BANS", Shorten(statistics.Jails), bar),
                Table("HOUR (UTC)", "BANS", statistics.Hours.Select(hour => (ShortHour(hour.Key), hour.Value)), bar),
                .. Table("NETWORK", "ADDRESSES", statistics.Networks24, bar),
                .. Table("NETWORK", "ADDRESSES", statistics.Networks48, bar),
                Table("SERVERS", "ADDRESSES", statistics.ReportedBy.Select(pair => (pair.Key, pair.Value)), bar),
                SharingText(statistics),
            ]);

    /// <summary>Returns a line of CSV for each count. No field can contain a comma or a quote.</summary>
    public static string Csv(BanStatistics statistics) => string.Join('\n',
    [
        "kind,name,count",
        Row("total", "bans", statistics.Bans),
        Row("total", "addresses", statistics.Addresses),
        .. statistics.Lines is { } lines ? Rows("line", lines) : [],
        .. Rows("server", statistics.Servers),
        .. Rows("forwarded", statistics.Forwarded),
        .. Rows("jail", statistics.Jails),
        .. Rows("hour", statistics.Hours),
        .. Rows("network", statistics.Networks24),
        .. Rows("network", statistics.Networks48),
        .. Rows("reportedBy", statistics.ReportedBy),
        Row("sharing", "bansAfterAnother", statistics.BansAfterAnother),
        Row("sharing", "medianHeadStart", statistics.MedianHeadStart),
    ]);

    private static string SharingText(BanStatistics statistics) => statistics.MedianHeadStart is { } headStart
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{statistics.BansAfterAnother} of {statistics.Bans} bans ({100.0 * statistics.BansAfterAnother / statistics.Bans:0} %) came "
                + $"after another server had already banned the same address. Median head start: {ShortTime.Format(headStart)}.")
        : "No ban came after another server had already banned the same address.";

    private static IEnumerable<string> Table(string name, string count, IReadOnlyDictionary<string, int> counts, char? bar) =>
        counts.Count == 0 ? [] : [Table(name, count, counts.Select(pair => (pair.Key, pair.Value)), bar)];

    private static string Table(string name, string count, IEnumerable<(string Name, int Count)> rows, char? bar)
    {
        (string Name, int Count)[] all = [.. rows];
        int largest = Math.Max(1, all.Max(row => row.Count));
        string BarFor(int number) => bar is { } c ? new string(c, (int)Math.Ceiling((double)number * BarWidth / largest)) : "";
        return TextColumns.Format(
            [name, count, ""],
            all.Select(row => new[] { row.Name, row.Count.ToString(CultureInfo.InvariantCulture), BarFor(row.Count) }));
    }

    /// <summary>Returns the largest counts, and the sum of the others.</summary>
    private static IEnumerable<(string Name, int Count)> Shorten(IReadOnlyDictionary<string, int> counts)
    {
        IEnumerable<(string, int)> shown = counts.Take(MaxRows).Select(pair => (pair.Key, pair.Value));
        return counts.Count <= MaxRows
            ? shown
            : shown.Append(($"{counts.Count - MaxRows} others", counts.Skip(MaxRows).Sum(pair => pair.Value)));
    }

    // 2026-11-23T02:00:00.000Z
    private static string ShortHour(string hour) => $"{hour[5..10]} {hour[11..16]}";

    private static IEnumerable<string> Rows(string kind, IReadOnlyDictionary<string, int> counts) =>
        counts.Select(pair => Row(kind, pair.Key, pair.Value));

    private static string Row(string kind, string name, double? count) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind},{name},{count}");
}
