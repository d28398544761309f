using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// Collects, while the monitored log is read back, the bans that have a <c>Trial</c> line and no <c>Ban</c> line although their server is
/// not on trial. Repeated lines and the order of lines and files make no difference.
/// </summary>
/// <remarks>There are at most as many as lines within <c>maxage</c>.</remarks>
internal sealed class EarlierTrials(ConsumerSettings settings)
{
    private Dictionary<Guid, Ban> trials = [];
    private HashSet<Guid> bans = [];

    /// <summary>Adds a line that an earlier run wrote.</summary>
    /// <param name="id">The hash of its ban.</param>
    public void Add(MonitoredLogLine line, Guid id)
    {
        if (line.IsBan)
        {
            bans.Add(id);
        }
        else if (line.IsTrial && !settings.RulesFor(line.Ban.Server).IsTrial)
        {
            trials[id] = line.Ban;
        }
    }

    /// <summary>Returns the bans and forgets them.</summary>
    public IReadOnlyList<Ban> TakeAll()
    {
        Ban[] found = [.. trials.Where(trial => !bans.Contains(trial.Key)).Select(trial => trial.Value)];
        (trials, bans) = ([], []);
        return found;
    }
}
