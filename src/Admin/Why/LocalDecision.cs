namespace F2bBroker.Admin.Why;

/// <summary>What a server's rules decide about a ban.</summary>
/// <param name="Word">The word of its line, such as <c>Ban</c>; null if there is no new line.</param>
/// <param name="SkipReason">The reason for skipping it; null if it is not skipped.</param>
internal sealed record LocalDecision(string? Word, string? SkipReason);
