using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>A ban of the stream, and what this server's rules decide about it.</summary>
/// <param name="Decision">Null if there are no rules, because the command does not run on a server.</param>
internal sealed record Report(Ban Ban, LocalDecision? Decision);
