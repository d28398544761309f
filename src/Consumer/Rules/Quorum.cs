using F2bBroker.Contracts;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Who reported an address: it is banned once <c>quorum</c> servers did, each within <c>quorumwindow</c> of the ban at hand.
/// </summary>
/// <remarks>Times are the reports' own: servers that were offline for a while agree or disagree as they would have done then.</remarks>
internal sealed class Quorum(int size, TimeSpan window, TimeSpan maxAge, TimeProvider time)
{
    private readonly Dictionary<Subnet, Queue<Ban>> reports = [];
    private readonly ExpiringQueue<Subnet> byAge = new(time);

    /// <summary>Counts the report, and tells whether the address is to be banned.</summary>
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

    /// <param name="age">How long ago it was written.</param>
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
