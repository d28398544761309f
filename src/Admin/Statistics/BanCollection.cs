using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>Collects bans to count them. One takes about 110 bytes of memory.</summary>
/// <param name="maxBans">The number of bans that it accepts.</param>
/// <param name="maxNames">
/// The number of names that it keeps of jails, and of servers of other groups. Bans with further names count as <see cref="Others"/>.
/// </param>
internal sealed class BanCollection(int maxBans = BanCollection.MaxBans, int maxNames = BanCollection.MaxNames)
{
    /// <summary>No jail has this name, because its brackets are replaced in names, and no server.</summary>
    public const string Others = "(other)";

    private const int MaxBans = 4_000_000;

    // A server may report any names.
    private const int MaxNames = 10_000;

    private readonly List<BanReport> reports = [];
    private readonly HashSet<string> servers = [];
    private readonly HashSet<string> jails = [];
    private readonly HashSet<string> others = [];

    /// <exception cref="CommandFailedException">It is full.</exception>
    public void Add(Ban ban)
    {
        if (reports.Count == maxBans)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"There are more than {maxBans} bans. Choose a shorter --since.");
        }

        reports.Add(
            new BanReport(
                ban.Ip,
                ban.DetectedAt,
                FindOrAdd(servers, ban.Server),
                FindOrAddWithin(jails, JailName.Sanitize(ban.Jail)),
                ban.Via is { } via ? FindOrAddWithin(others, via) : null));
    }

    /// <summary>Returns the bans, each once: those of an address together, in the order of time.</summary>
    public IReadOnlyList<BanReport> Sort()
    {
        reports.Sort(BanReport.Compare);
        int count = 0;
        for (int i = 0; i < reports.Count; i++)
        {
            if (count == 0 || BanReport.Compare(reports[i], reports[count - 1]) != 0)
            {
                reports[count++] = reports[i];
            }
        }

        reports.RemoveRange(count, reports.Count - count);
        return reports;
    }

    private string FindOrAddWithin(HashSet<string> names, string name) =>
        names.Count < maxNames || names.Contains(name) ? FindOrAdd(names, name) : Others;

    private static string FindOrAdd(HashSet<string> names, string name)
    {
        if (names.TryGetValue(name, out string? known))
        {
            return known;
        }

        names.Add(name);
        return name;
    }
}
