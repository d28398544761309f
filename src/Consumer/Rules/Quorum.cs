using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Counts which servers reported an address. It is banned when <c>quorum</c> servers have reported it, each within <c>quorumwindow</c> of
/// the present ban, whose server decides on the <c>quorum</c>.
/// </summary>
/// <remarks>The times are those of the reports, so a server that was offline comes to the same result as one that was not.</remarks>
internal sealed class Quorum(ConsumerSettings settings, TimeProvider time)
{
    private readonly bool isUsed = settings.AllRules.Any(rules => rules.Quorum > 1);
    private readonly Dictionary<Subnet, Queue<Ban>> reports = [];
    private readonly ExpiringQueue<Subnet> byAge = new(time);

    /// <summary>Returns true if the address is to be banned. Counts nothing.</summary>
    public bool IsReachedBy(Ban ban)
    {
        int size = settings.RulesFor(ban.Server).Quorum;
        return size == 1
            || reports.GetValueOrDefault(ban.Ip, [])
                .Where(other => (other.DetectedAt - ban.DetectedAt).Duration() <= settings.QuorumWindow)
                .Select(other => other.Server)
                .Union([ban.Server])
                .Count() >= size;
    }

    /// <summary>Counts the report.</summary>
    /// <param name="age">The time since the report was written.</param>
    public void Count(Ban ban, TimeSpan age)
    {
        if (!isUsed)
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
        while (byAge.TryDequeueExpired(out Subnet? ip, settings.MaxAge + settings.QuorumWindow))
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
