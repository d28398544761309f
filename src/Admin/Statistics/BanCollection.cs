using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>Collects bans to count them. One takes about 110 bytes of memory.</summary>
/// <param name="maxBans">The number of bans that it accepts.</param>
/// <param name="maxJails">The number of jail names that it keeps. Bans of further jails count as <see cref="OtherJails"/>.</param>
internal sealed class BanCollection(int maxBans = BanCollection.MaxBans, int maxJails = BanCollection.MaxJails)
{
    /// <summary>No jail has this name, because its brackets are replaced in names.</summary>
    public const string OtherJails = "(other)";

    private const int MaxBans = 4_000_000;

    // A server may report any names of jails.
    private const int MaxJails = 10_000;

    private readonly List<BanReport> reports = [];
    private readonly HashSet<string> servers = [];
    private readonly HashSet<string> jails = [];

    /// <exception cref="CommandFailedException">It is full.</exception>
    public void Add(Ban ban)
    {
        if (reports.Count == maxBans)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"There are more than {maxBans} bans. Choose a shorter --since.");
        }

        string jail = JailName.Sanitize(ban.Jail);
        reports.Add(
            new BanReport(
                ban.Ip,
                ban.DetectedAt,
                FindOrAdd(servers, ban.Server),
                jails.Count < maxJails || jails.Contains(jail) ? FindOrAdd(jails, jail) : OtherJails));
    }

    /// <summary>Returns the bans, each once: those of an address together, in the order of time.</summary>
    public IReadOnlyList<BanReport> Sort()
    {
        reports.Sort(BanReport.Compare);
        int count = 0;
        for (int i = 0; i < reports.Count; i++)
        {
            if (count == 0 || reports[i] != reports[count - 1])
            {
                reports[count++] = reports[i];
            }
        }

        reports.RemoveRange(count, reports.Count - count);
        return reports;
    }

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
