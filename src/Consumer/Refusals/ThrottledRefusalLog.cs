using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Refusals;

/// <summary>
/// Tells of refused messages: a sender's first at once, those within a minute after it as a count, so that nobody can flood the log.
/// </summary>
/// <param name="queue">Where they are.</param>
internal sealed class ThrottledRefusalLog(string queue, ILogger log, TimeProvider time) : IDisposable
{
    private readonly ThrottledLogSummary more = new("Refused more messages", log, time, LogLevel.Error);
    private readonly Dictionary<string, long> loggedAt = [];

    /// <param name="origin">The sender that the broker vouches for, so there are not many; empty for none.</param>
    /// <param name="isKept">Whether a copy stands in the queue.</param>
    public void LogRefusal(string origin, string reason, bool isKept)
    {
        string sender = origin.Length > 0 ? UntrustedText.Quote(origin) : "an unknown sender";
        if (IsDue(sender))
        {
            log.LogError(
                "Refused a message of {Sender:l}: {Reason:l}. {Place:l}.",
                sender,
                reason,
                isKept ? $"It is in {queue}" : "Too many were refused, so no copy is kept");
        }
        else
        {
            more.Add(isKept ? $"of {sender}" : $"of {sender} without a copy");
        }
    }

    public void Dispose() => more.Dispose();

    private bool IsDue(string sender)
    {
        lock (loggedAt)
        {
            if (loggedAt.TryGetValue(sender, out long last) && time.GetElapsedTime(last) < ThrottledLogSummary.LogInterval)
            {
                return false;
            }

            loggedAt[sender] = time.GetTimestamp();
            return true;
        }
    }
}
