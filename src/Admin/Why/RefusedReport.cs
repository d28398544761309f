namespace F2bBroker.Admin.Why;

/// <summary>A message that breaks the protocol and contains the address. Every server refuses it.</summary>
/// <param name="Sender">The authenticated sender as printable text.</param>
internal sealed record RefusedReport(string Sender, string Reason, string Explanation);
