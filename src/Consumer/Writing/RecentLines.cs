using F2bBroker.Consumer.Rules;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// The lines of the last 10 seconds. fail2ban does not read the rest of a renamed log, so these lines are repeated in the new one.
/// </summary>
internal sealed class RecentLines(TimeProvider time)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    private readonly ExpiringQueue<string> lines = new(time);

    public bool Any()
    {
        while (lines.TryDequeueExpired(out _, MaxAge))
        {
        }

        return lines.Count > 0;
    }

    public IEnumerable<string> All() => Any() ? lines.Items : [];

    public void Add(IEnumerable<string> written)
    {
        foreach (string line in written)
        {
            lines.Add(line, TimeSpan.Zero);
        }
    }
}
