using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>A cache of the bans that were written within <paramref name="maxAge"/>, each as a hash of its identity.</summary>
internal sealed class WrittenBanCache(TimeSpan maxAge, TimeProvider time)
{
    private readonly HashSet<Guid> ids = [];
    private readonly ExpiringQueue<Guid> byAge = new(time);

    /// <param name="id">The hash of the ban's identity.</param>
    public bool Contains(Guid id)
    {
        // A ban may be dated in the future, so its duplicate is valid for that much longer.
        while (byAge.TryDequeueExpired(out Guid old, maxAge + Ban.MaxClockAhead))
        {
            ids.Remove(old);
        }

        return ids.Contains(id);
    }

    /// <param name="id">The hash of the ban's identity.</param>
    /// <param name="age">The time since the ban was written.</param>
    public void Add(Guid id, TimeSpan age)
    {
        if (ids.Add(id))
        {
            byAge.Add(id, age);
        }
    }
}
