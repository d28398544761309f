namespace F2bBroker.EndToEndTests.Faults;

/// <summary>What was done to the daemons and what came of it.</summary>
internal static class FaultTable
{
    private static readonly SoakTable Table = new("faults", "what was done", "times", "bans in", "lines out", "lost", "twice in one file");

    /// <param name="done">What was done.</param>
    /// <param name="times">How often.</param>
    /// <param name="bansIn">Bans in the origin's log of fail2ban.</param>
    /// <param name="linesOut">Lines in the peer's monitored log and its rotated siblings, or addresses that its fail2ban banned.</param>
    /// <param name="lost">Bans that did not come.</param>
    /// <param name="twice">Repeated lines within one file; null if there is no such file.</param>
    public static void Add(string done, int times, int bansIn, int linesOut, int lost, int? twice) =>
        Table.Add(done, times, bansIn, linesOut, lost, (object?)twice ?? "–");
}
