namespace F2bBroker.Admin.Health;

/// <summary>What the health messages said at one moment.</summary>
/// <param name="At">That moment, by the broker's clock.</param>
/// <param name="Last">The last message of each program.</param>
/// <param name="FloodedBy">The sender of the most messages, if they have displaced those of the others; otherwise null.</param>
internal sealed record HealthSnapshot(
    DateTimeOffset At,
    IReadOnlyDictionary<ProgramName, LastHealth> Last,
    IReadOnlyList<RefusedHealth> Refused,
    string? FloodedBy)
{
    /// <summary>A program that has sent nothing for this time is silent.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(150);

    public LastHealth? Find(string server, string program) => Last.GetValueOrDefault(new ProgramName(server, program));

    /// <summary>The last message of a program that is not stopped or silent; null if there is none.</summary>
    public LastHealth? FindCurrent(string server, string program) =>
        Find(server, program) is { IsStopped: false } last && !last.IsSilent(At) ? last : null;
}
