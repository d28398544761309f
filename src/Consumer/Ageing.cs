using System.Diagnostics.CodeAnalysis;

namespace F2bBroker.Consumer;

/// <summary>
/// Things in the order in which they came, and how old each is, by a clock that only goes on: one that is set forward and back again must not make
/// them forgotten.
/// </summary>
internal sealed class Ageing<T>(TimeProvider time)
{
    private readonly Queue<(TimeSpan Born, T Thing)> things = new();

    public int Count => things.Count;

    public IEnumerable<T> All => things.Select(entry => entry.Thing);

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <param name="age">How old it is already.</param>
    public void Add(T thing, TimeSpan age) => things.Enqueue((Now - age, thing));

    public bool TryTake([MaybeNullWhen(false)] out T oldest, TimeSpan olderThan)
    {
        bool isOlder = things.TryPeek(out (TimeSpan Born, T Thing) first) && Now - first.Born > olderThan;
        oldest = isOlder ? things.Dequeue().Thing : default;
        return isOlder;
    }

    public void Drop() => things.Dequeue();
}
