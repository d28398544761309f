using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>A server as one that reports: how many new bans came of it lately.</summary>
internal sealed class SenderRate(RateLimit most, TimeProvider time)
{
    private readonly ExpiringQueue<byte> recent = new(time);
    private Absence? absence;
    private int expected;

    /// <summary>When its quarantine ends, by <see cref="TimeProvider.GetElapsedTime(long)"/> since 0; null when it is under none.</summary>
    public TimeSpan? QuarantinedUntil { get; set; }

    /// <summary>Counts a ban; whether it is over the rate.</summary>
    /// <param name="age">How long ago it came.</param>
    public bool CountAndCheckLimit(TimeSpan age)
    {
        while (recent.TryDequeueExpired(out _, most.Window))
        {
        }

        recent.Add(0, age);
        bool isOver = recent.Count > most.Count;
        if (isOver)
        {
            recent.DequeueOldest();
        }

        return isOver;
    }

    /// <summary>Whether the ban is one of those that may have piled up during the absence.</summary>
    public bool TryUseBacklog(Ban ban, Absence last)
    {
        if (absence != last)
        {
            (absence, expected) = (last, last.Expected);
        }

        bool isExpected = expected > 0 && ban.DetectedAt <= last.End;
        expected -= isExpected ? 1 : 0;
        return isExpected;
    }
}

/// <summary>A time for which this server did not receive.</summary>
/// <param name="End">Since then it does.</param>
/// <param name="Expected">How many bans of each server may have piled up.</param>
internal sealed record Absence(DateTimeOffset End, int Expected);
