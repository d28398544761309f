using System.Diagnostics.CodeAnalysis;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// A queue of entries with their ages, measured by a monotonic clock so that changing the system time does not expire entries early.
/// </summary>
internal sealed class ExpiringQueue<T>(TimeProvider time)
{
    private readonly Queue<(TimeSpan Born, T Thing)> entries = new();

    public int Count => entries.Count;

    public IEnumerable<T> Items => entries.Select(entry => entry.Thing);

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <param name="age">The present age of the entry.</param>
    public void Add(T thing, TimeSpan age) => entries.Enqueue((Now - age, thing));

    public bool TryDequeueExpired([MaybeNullWhen(false)] out T oldest, TimeSpan olderThan)
    {
        bool isOlder = entries.TryPeek(out (TimeSpan Born, T Thing) first) && Now - first.Born > olderThan;
        oldest = isOlder ? entries.Dequeue().Thing : default;
        return isOlder;
    }

    public void DequeueOldest() => entries.Dequeue();
}
