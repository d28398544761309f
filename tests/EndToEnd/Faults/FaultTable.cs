namespace F2bBroker.EndToEndTests.Faults;

/// <summary>The table of the injected faults and their results.</summary>
internal static class FaultTable
{
    private static readonly SoakTable Table = new("faults", "what was done", "times", "bans in", "lines out", "lost", "twice in one file");

    /// <param name="done">The fault.</param>
    /// <param name="times">How often it was injected.</param>
    /// <param name="bansIn">Bans in the origin's log of fail2ban.</param>
    /// <param name="linesOut">Lines in the peer's monitored log and its rotated siblings, or addresses that its fail2ban banned.</param>
    /// <param name="lost">Bans that did not arrive.</param>
    /// <param name="twice">Repeated lines within one file; null if there is no such file.</param>
    public static void Add(string done, int times, int bansIn, int linesOut, int lost, int? twice) =>
        Table.Add(done, times, bansIn, linesOut, lost, (object?)twice ?? "–");
}
