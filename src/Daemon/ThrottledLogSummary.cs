using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon;

/// <summary>Counts skipped items by reason and logs the counts at most once per interval and on disposal.</summary>
/// <param name="what">What is counted, as the beginning of the message: <c>Skipped bans</c>.</param>
/// <param name="interval">The interval; null for a minute.</param>
internal sealed class ThrottledLogSummary(
    string what,
    ILogger log,
    TimeProvider time,
    LogLevel level = LogLevel.Information,
    TimeSpan? interval = null)
    : IDisposable
{
    public static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, long> counts = new();
    private readonly Lock gate = new();
    private ITimer? next;

    public void Add(string reason)
    {
        counts.AddOrUpdate(reason, 1, (_, count) => count + 1);
        if (next is null)
        {
            lock (gate)
            {
                next ??= time.CreateTimer(_ => WriteSummary(), null, interval ?? LogInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => WriteSummary();

    private void WriteSummary()
    {
        lock (gate)
        {
            next?.Dispose();
            next = null;
            string text = string.Join(
                ", ",
                counts.Keys.Order().Select(TakeCount).Where(part => part.Count > 0).Select(part => $"{part.Count} {part.Reason}"));
            if (text.Length > 0)
            {
                log.Log(level, "{What:l}: {Counts:l}.", what, text);
            }
        }
    }

    private (string Reason, long Count) TakeCount(string reason) =>
        counts.TryRemove(reason, out long count) ? (reason, count) : (reason, 0);
}
