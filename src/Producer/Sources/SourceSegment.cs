using F2bBroker.Contracts;

namespace F2bBroker.Producer.Sources;

/// <summary>A part of the source, with at most one ban.</summary>
/// <param name="End">The position after it.</param>
/// <param name="IsBanCandidate">True if it looks like a ban, so that it is counted as skipped if it is not one.</param>
/// <param name="Ban">The ban; null if there is none.</param>
internal readonly record struct SourceSegment(Position End, bool IsBanCandidate, Ban? Ban);
