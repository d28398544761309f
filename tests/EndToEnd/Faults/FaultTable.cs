using System.Globalization;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>What was done to the daemons and what came of it, as rows of a Markdown table; <c>./test.sh --soak</c> prints it.</summary>
internal static class FaultTable
{
    private static readonly string? Path = Environment.GetEnvironmentVariable("F2BBROKER_FAULT_TABLE");

    /// <param name="done">What was done.</param>
    /// <param name="times">How often.</param>
    /// <param name="bansIn">Bans in the origin's log of fail2ban.</param>
    /// <param name="linesOut">Lines in the peer's monitored log and its rotated siblings, or addresses that its fail2ban banned.</param>
    /// <param name="lost">Bans that did not come.</param>
    /// <param name="twice">Lines that stand in one file once more; null where there is no file of them.</param>
    public static void Add(string done, int times, int bansIn, int linesOut, int lost, int? twice)
    {
        if (Path is not null)
        {
            File.AppendAllText(Path, $"| {done} | {times} | {bansIn} | {linesOut} | {lost} | {twice?.ToString(CultureInfo.InvariantCulture) ?? "–"} |\n");
        }
    }
}
