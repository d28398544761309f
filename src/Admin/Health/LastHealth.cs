using F2bBroker.Contracts;

namespace F2bBroker.Admin.Health;

/// <summary>The last message of a program, and what is known about the time at which it was published.</summary>
/// <param name="From">The begin of the period of the stream in which it is, by the broker's clock.</param>
/// <param name="To">The end of that period.</param>
/// <remarks>
/// A stream tells only what was published since a time. The time in the message is the server's word, and is believed within the period.
/// </remarks>
internal sealed record LastHealth(HealthMessage Message, DateTimeOffset From, DateTimeOffset To)
{
    // A clock may be off by less, and so may the period: a stream is read from the beginning of a chunk.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset at = UtcTimestamp.Parse(Message.At) ?? From;

    public bool IsStopped => Message.State == HealthMessage.Stopped;

    /// <summary>The time at which it was published; the latest possible one if the server's clock is wrong.</summary>
    public DateTimeOffset PublishedAt => at >= From && at <= To ? at : To;

    /// <summary>How far the server's clock is ahead of the broker's at least (negative: behind); null if it may be right.</summary>
    public TimeSpan? ClockAhead
    {
        get
        {
            TimeSpan ahead = at > To ? at - To : at < From ? at - From : TimeSpan.Zero;
            return ahead.Duration() > ClockTolerance ? ahead : null;
        }
    }

    /// <summary>Returns true if the program should have sent another message since.</summary>
    public bool IsSilent(DateTimeOffset now) => now - PublishedAt >= HealthSnapshot.SilentAfter;

    /// <summary>Returns the time since the message was published; null if the server's clock is wrong.</summary>
    public TimeSpan? AgeAt(DateTimeOffset now) => ClockAhead is null ? now - PublishedAt : null;
}
