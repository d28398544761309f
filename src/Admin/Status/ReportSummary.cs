namespace F2bBroker.Admin.Status;

/// <param name="Count">Different bans.</param>
/// <param name="Last">The youngest one's time.</param>
internal sealed record ReportSummary(int Count, DateTimeOffset Last);
