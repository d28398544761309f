using F2bBroker.Contracts;
using F2bBroker.Daemon;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Refusals;

/// <summary>
/// Logs refused messages: the first one of a sender at once, those of the following minute as a count, so that a flood does not fill the
/// log.
/// </summary>
/// <param name="queue">The error queue.</param>
internal sealed class ThrottledRefusalLog(string queue, ILogger log, TimeProvider time) : IDisposable
{
    private readonly ThrottledLogSummary more = new("Refused more messages", log, time, LogLevel.Error);
    private readonly Dictionary<string, long> loggedAt = [];

    /// <param name="origin">The authenticated sender, so there are few; empty if there is none.</param>
    /// <param name="isKept">True if a copy is in the error queue.</param>
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
