namespace F2bBroker.Daemon.Systemd;

/// <summary>
/// How long the bus may be unhealthy while the daemon is not waiting for the broker. It is longer than the timeouts after which the daemon
/// stops itself, so the daemon logs its own error first.
/// </summary>
internal sealed class BusFailureTimeout(TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    private long? failingSince;

    /// <summary>Returns true if the timeout is exceeded. Call it regularly with the present state of the bus.</summary>
    public bool IsExceeded(bool isHealthy, bool isWaiting)
    {
        failingSince = isHealthy || isWaiting ? null : failingSince ?? time.GetTimestamp();
        return failingSince is { } since && time.GetElapsedTime(since) > Limit;
    }
}
