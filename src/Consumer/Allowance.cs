using F2bBroker.Daemon.Configuration;

namespace F2bBroker.Consumer;

/// <summary>How many messages of one sender the error queue takes within a time: a copy is far dearer than a message, and a flood is not to be copied.</summary>
internal sealed class Allowance(Rate most, TimeProvider time)
{
    private readonly Dictionary<string, Reporter> senders = [];

    /// <param name="origin">The sender that the broker vouches for, so there are not many; empty for none.</param>
    public bool Admits(string origin)
    {
        lock (senders)
        {
            if (!senders.TryGetValue(origin, out Reporter? sender))
            {
                senders[origin] = sender = new Reporter(most, time);
            }

            return !sender.Count(age: TimeSpan.Zero);
        }
    }
}
