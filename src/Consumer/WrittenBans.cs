using F2bBroker.Contracts;

namespace F2bBroker.Consumer;

/// <summary>Which bans were written within <paramref name="maxAge"/>, each as a hash of its identity.</summary>
internal sealed class WrittenBans(TimeSpan maxAge, TimeProvider time)
{
    /// <summary>A ban may be stamped this far in the future, so its duplicate can be young for that much longer.</summary>
    public static readonly TimeSpan FutureAllowed = TimeSpan.FromMinutes(10);

    private readonly HashSet<Guid> ids = [];
    private readonly Ageing<Guid> byAge = new(time);

    public bool Contains(Ban ban)
    {
        while (byAge.TryTake(out Guid old, maxAge + FutureAllowed))
        {
            ids.Remove(old);
        }

        return ids.Contains(ban.MessageId);
    }

    /// <param name="age">How long ago it was written.</param>
    public void Add(Ban ban, TimeSpan age)
    {
        if (ids.Add(ban.MessageId))
        {
            byAge.Add(ban.MessageId, age);
        }
    }
}
