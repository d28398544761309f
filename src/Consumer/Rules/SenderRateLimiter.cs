using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>Limits how many events of each sender are accepted within a sliding time window.</summary>
/// <param name="limitFor">Returns the limit of a sender, always the same.</param>
internal sealed class SenderRateLimiter(Func<string, RateLimit> limitFor, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ExpiringQueue<byte>> windows = [];

    /// <param name="limit">The limit of every sender.</param>
    public SenderRateLimiter(RateLimit limit, TimeProvider time)
        : this(_ => limit, time)
    {
    }

    /// <summary>Counts an event of now; returns false if the sender is over the limit.</summary>
    /// <param name="sender">The sender that the broker authenticated, so there are few; empty if it is unknown.</param>
    public bool TryAcquire(string sender) => TryAcquire(sender, age: TimeSpan.Zero);

    /// <summary>Counts an event of the past; returns false if the sender is over the limit.</summary>
    public bool TryAcquire(string sender, TimeSpan age)
    {
        RateLimit limit = limitFor(sender);
        lock (gate)
        {
            if (!windows.TryGetValue(sender, out ExpiringQueue<byte>? window))
            {
                windows[sender] = window = new ExpiringQueue<byte>(time);
            }

            while (window.TryDequeueExpired(out _, limit.Window))
            {
            }

            window.Add(0, age);
            if (window.Count <= limit.Count)
            {
                return true;
            }

            // A flood keeps its window full, but no larger than the limit.
            window.DequeueOldest();
            return false;
        }
    }
}
