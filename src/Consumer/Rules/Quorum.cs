using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Counts which servers reported an address. It is banned when <c>quorum</c> servers have reported it, each within <c>quorumwindow</c> of
/// the present ban.
/// </summary>
/// <remarks>The times are those of the reports, so a server that was offline comes to the same result as one that was not.</remarks>
internal sealed class Quorum(int size, TimeSpan window, TimeSpan maxAge, TimeProvider time)
{
    private readonly Dictionary<Subnet, Queue<Ban>> reports = [];
    private readonly ExpiringQueue<Subnet> byAge = new(time);

    /// <summary>Counts the report. Returns true if the address is to be banned.</summary>
    public bool IsReachedBy(Ban ban)
    {
        Count(ban, TimeSpan.Zero);
        return size == 1
            || reports[ban.Ip]
                .Where(other => (other.DetectedAt - ban.DetectedAt).Duration() <= window)
                .Select(other => other.Server)
                .Distinct()
                .Count() >= size;
    }

    /// <param name="age">The time since the report was written.</param>
    public void Count(Ban ban, TimeSpan age)
    {
        if (size == 1)
        {
            return;
        }

        Forget();
        if (!reports.TryGetValue(ban.Ip, out Queue<Ban>? known))
        {
            reports[ban.Ip] = known = new Queue<Ban>();
        }

        known.Enqueue(ban);
        byAge.Add(ban.Ip, age);
    }

    private void Forget()
    {
        while (byAge.TryDequeueExpired(out Subnet? ip, maxAge + window))
        {
            Queue<Ban> known = reports[ip];
            known.Dequeue();
            if (known.Count == 0)
            {
                reports.Remove(ip);
            }
        }
    }
}
