using F2bBroker.Contracts;

namespace F2bBroker.Producer;

/// <summary>fail2ban writes local time without a zone: warns once when a ban that was written just now is dated far from now.</summary>
internal sealed class ZoneCheck(TimeProvider time, Action<string> tell)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    private bool isTold;

    /// <param name="ban">One that was written while its log was being watched.</param>
    public void Look(Ban ban)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (!isTold && (ban.DetectedAt - now).Duration() > Tolerance)
        {
            isTold = true;
            tell($"fail2ban has just dated a ban {UtcText.Print(ban.DetectedAt)}, and it is {UtcText.Print(now)} here: its time zone (TZ) is not the one of this "
                + $"program, {time.LocalTimeZone.Id}, or a clock is off. Peers refuse bans from the future and skip old ones.");
        }
    }
}
