namespace F2bBroker.Daemon.Systemd;

/// <summary>How long the bus may fail although no broker is waited for: longer than what the daemon itself ends for, so that its sentence comes first.</summary>
internal sealed class BusFailureTimeout(TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    private long? failingSince;

    /// <summary>Whether it is over, by how the bus is now.</summary>
    public bool IsExceeded(bool isHealthy, bool isWaiting)
    {
        failingSince = isHealthy || isWaiting ? null : failingSince ?? time.GetTimestamp();
        return failingSince is { } since && time.GetElapsedTime(since) > Limit;
    }
}
