using F2bBroker.Contracts;
using F2bBroker.Producer.Parsing;

namespace F2bBroker.Producer.Sources;

/// <summary>A part of the source, with at most one line about a ban.</summary>
/// <param name="End">The position after it.</param>
/// <param name="Ban">The ban; null if there is none.</param>
/// <param name="Skipped">Why a line about a ban is not shared; null if there is no such line.</param>
/// <param name="Enforcement">What fail2ban did with a shared ban; null if there is no such line.</param>
internal readonly record struct SourceSegment(
    Position End,
    Ban? Ban = null,
    SkipReason? Skipped = null,
    EnforcementLine? Enforcement = null);
