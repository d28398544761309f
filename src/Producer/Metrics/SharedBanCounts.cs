using System.Diagnostics.Metrics;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Producer.Parsing;

namespace F2bBroker.Producer.Metrics;

/// <summary>
/// Counts what this server's fail2ban did with shared bans since this program's start, or since the checkpoint of its last run. The lines'
/// own time decides, so an old log that is read late changes no number.
/// </summary>
internal sealed class SharedBanCounts
{
    private readonly Lock gate = new();
    private readonly long[] counts = new long[Enum.GetValues<EnforcementResult>().Length];
    private readonly TimeProvider time;
    private DateTimeOffset since;
    private DateTimeOffset? lastAt;

    public SharedBanCounts(DaemonMeter daemon, TimeProvider time)
    {
        this.time = time;
        since = WholeSecond(time.GetUtcNow());
        daemon.Meter.CreateObservableCounter(
            "f2bbroker_shared_bans_enforced",
            GetMeasurements,
            description: "What this server's fail2ban did with shared bans, by result.");
    }

    /// <summary>The present numbers, and the time of the last line, which may be an older one.</summary>
    public Enforcement Current
    {
        get
        {
            lock (gate)
            {
                return new Enforcement(
                    this[EnforcementResult.Banned],
                    this[EnforcementResult.AlreadyBanned],
                    this[EnforcementResult.Ignored],
                    this[EnforcementResult.Restored],
                    this[EnforcementResult.Failed],
                    lastAt is { } at ? UtcTimestamp.Format(at) : null);
            }
        }
    }

    private long this[EnforcementResult result] => counts[(int)result];

    /// <summary>Includes the lines that were written after the checkpoint of the last run.</summary>
    public void IncludeSince(DateTimeOffset checkpoint)
    {
        lock (gate)
        {
            since = since < checkpoint ? since : WholeSecond(checkpoint);
        }
    }

    /// <summary>Counts a line. Returns true for the first one, and for the first failed action.</summary>
    public bool Count(EnforcementLine line)
    {
        DateTimeOffset now = time.GetUtcNow();
        // fail2ban may have another time zone. A time in the future would hide all later ones.
        DateTimeOffset at = line.At < now ? line.At : now;
        lock (gate)
        {
            bool isFirst = lastAt is null;
            lastAt = lastAt > at ? lastAt : at;
            counts[(int)line.Result] += at >= since ? 1 : 0;
            return isFirst || (line.Result == EnforcementResult.Failed && at >= since && counts[(int)line.Result] == 1);
        }
    }

    // A syslog daemon writes no fraction of a second.
    private static DateTimeOffset WholeSecond(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private Measurement<long>[] GetMeasurements()
    {
        Enforcement current = Current;
        return
        [
            Measure(current.Banned, "banned"),
            Measure(current.AlreadyBanned, "already_banned"),
            Measure(current.Ignored, "ignored"),
            Measure(current.Restored, "restored"),
            Measure(current.Failed, "failed"),
        ];
    }

    private static Measurement<long> Measure(long value, string result) => new(value, KeyValuePair.Create("result", (object?)result));
}
