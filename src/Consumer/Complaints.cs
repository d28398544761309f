using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer;

/// <summary>Tells of refused messages: a sender's first at once, those within a minute after it as a count, so that nobody can flood the log.</summary>
/// <param name="queue">Where they are.</param>
internal sealed class Complaints(string queue, ILogger log, TimeProvider time) : IDisposable
{
    private readonly Tally more = new("Refused more messages", log, time, LogLevel.Error);
    private readonly Dictionary<string, long> toldAt = [];

    /// <param name="origin">The sender that the broker vouches for, so there are not many; empty for none.</param>
    /// <param name="isKept">Whether a copy stands in the queue.</param>
    public void Tell(string origin, string reason, bool isKept)
    {
        string sender = origin.Length > 0 ? Ban.Quoted(origin) : "an unknown sender";
        if (IsTime(sender))
        {
            log.LogError("Refused a message of {Sender:l}: {Reason:l}. {Place:l}.", sender, reason, isKept ? $"It is in {queue}" : "There are too many for a copy");
        }
        else
        {
            more.Count(isKept ? $"of {sender}" : $"of {sender} without a copy");
        }
    }

    public void Dispose() => more.Dispose();

    private bool IsTime(string sender)
    {
        lock (toldAt)
        {
            if (toldAt.TryGetValue(sender, out long last) && time.GetElapsedTime(last) < Tally.Pause)
            {
                return false;
            }

            toldAt[sender] = time.GetTimestamp();
            return true;
        }
    }
}
