using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>All that is known of an address.</summary>
/// <param name="Reports">The newest bans of the stream that overlap it.</param>
/// <param name="ReportCount">The number of all these bans.</param>
/// <param name="Refused">The newest messages of the stream that contain it and break the protocol.</param>
/// <param name="RefusedCount">The number of all these messages.</param>
/// <param name="Pardons">The pardons of overlapping addresses and networks, and of the servers that reported it, also ended ones.</param>
/// <param name="Local">Null if the command does not run on a server.</param>
/// <param name="Problems">What could not be read, and why.</param>
/// <param name="Now">The time of the explanation.</param>
internal sealed record Explanation(
    Subnet Address,
    IReadOnlyList<Report> Reports,
    int ReportCount,
    IReadOnlyList<RefusedReport> Refused,
    int RefusedCount,
    IReadOnlyList<Pardon> Pardons,
    LocalState? Local,
    IReadOnlyList<string> Problems,
    DateTimeOffset Now)
{
    /// <summary>False if nothing was found, and everything could be read.</summary>
    public bool IsKnown => ReportCount + RefusedCount + Pardons.Count + Problems.Count > 0
        || Local is { } local && local.Lines.Count + local.Refused.Count + local.Fail2Ban.Bans.Count + local.Fail2Ban.IgnoredBy.Count > 0;
}
