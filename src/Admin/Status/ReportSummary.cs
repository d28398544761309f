namespace F2bBroker.Admin.Status;

/// <param name="Count">The number of different bans.</param>
/// <param name="Last">The time of the newest one.</param>
/// <param name="Via">The servers of another group whose bans it forwarded.</param>
internal sealed record ReportSummary(int Count, DateTimeOffset Last, IReadOnlyList<string> Via);
