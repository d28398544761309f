using F2bBroker.Contracts;

namespace F2bBroker.Producer.Tailing;

/// <summary>fail2ban writes local time without a zone: warns once when a ban that was written just now is dated far from now.</summary>
internal sealed class TimeZoneCheck(TimeProvider time, Action<string> tell)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    private bool hasWarned;

    /// <param name="ban">One that was written while its log was being watched.</param>
    public void Check(Ban ban)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!hasWarned && (ban.DetectedAt - now).Duration() > Tolerance)
        {
            hasWarned = true;
            tell(
                $"fail2ban has just dated a ban {UtcTimestamp.Format(ban.DetectedAt)}, and it is {UtcTimestamp.Format(now)} here: its "
                    + "time zone (TZ) is not the one of this "
                    + $"program, {time.LocalTimeZone.Id}, or a clock is off. Peers refuse bans from the future and skip old ones.");
        }
    }
}
