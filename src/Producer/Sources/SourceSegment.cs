using F2bBroker.Contracts;

namespace F2bBroker.Producer.Sources;

/// <summary>A stretch that was read.</summary>
/// <param name="End">The position behind it.</param>
/// <param name="IsBanCandidate">Whether it tells of a ban at first sight, so that it is counted when it is none.</param>
/// <param name="Ban">The ban that it tells of.</param>
internal readonly record struct SourceSegment(Position End, bool IsBanCandidate, Ban? Ban);
