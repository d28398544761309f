namespace F2bBroker.Producer.Parsing;

/// <summary>Local time as logs print it, without a zone.</summary>
internal static class LocalTimeConverter
{
    /// <summary>
    /// The hour that repeats in autumn counts as its first pass; null in the calendar's first and last hours, for which UTC has no date.
    /// </summary>
    public static DateTimeOffset? ToUtc(DateTime local, TimeZoneInfo zone)
    {
        TimeSpan offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        long ticks = local.Ticks - offset.Ticks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
    }
}
