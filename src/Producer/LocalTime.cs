namespace F2bBroker.Producer;

/// <summary>Local time as logs print it, without a zone.</summary>
internal static class LocalTime
{
    /// <summary>The hour that repeats in autumn counts as its first pass.</summary>
    public static DateTimeOffset ToUtc(DateTime local, TimeZoneInfo zone)
    {
        TimeSpan offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
