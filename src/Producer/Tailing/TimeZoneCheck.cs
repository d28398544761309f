using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;

namespace F2bBroker.Producer.Tailing;

/// <summary>Warns once if a ban that was just written has a time far from now: fail2ban writes local time without a zone.</summary>
internal sealed class TimeZoneCheck(HealthProblems problems, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    private bool hasWarned;

    /// <param name="ban">A ban that was written while its log was being followed.</param>
    public void Check(Ban ban)
    {
        DateTimeOffset now = time.GetUtcNow();
        if ((ban.DetectedAt - now).Duration() <= Tolerance)
        {
            problems.Clear(nameof(TimeZoneCheck));
            return;
        }

        string message =
            $"fail2ban has just dated a ban {UtcTimestamp.Format(ban.DetectedAt)}, and it is {UtcTimestamp.Format(now)} here: its "
            + $"time zone (TZ) is not the one of this program, {time.LocalTimeZone.Id}, or a clock is off. Peers refuse bans from the "
            + "future and skip old ones.";
        problems.Set(nameof(TimeZoneCheck), message);
        if (!hasWarned)
        {
            warn(message);
        }

        hasWarned = true;
    }
}
