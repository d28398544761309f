namespace F2bBroker.Producer.Parsing;

/// <summary>Converts local time without a zone, as logs contain it.</summary>
internal static class LocalTimeConverter
{
    /// <summary>
    /// Returns the time in UTC; the repeated hour in autumn counts as its first pass. Returns null in the first and last hours of the
    /// calendar, which do not exist in UTC.
    /// </summary>
    public static DateTimeOffset? ToUtc(DateTime local, TimeZoneInfo zone)
    {
        TimeSpan offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        long ticks = local.Ticks - offset.Ticks;
        return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
    }
}
