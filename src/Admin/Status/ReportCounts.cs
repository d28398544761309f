using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>What each server reported within 24 hours, as the stream knows it.</summary>
/// <param name="warn">Takes a sentence.</param>
internal sealed class ReportCounts(HistoryReader history, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, (string Server, DateTimeOffset DetectedAt)> bans = [];
    private bool isUnknown;

    /// <summary>Takes what the stream holds; where it cannot be read, says why, and nothing is known.</summary>
    /// <param name="follows">Whether it goes on with what comes then, until it is cancelled.</param>
    public async Task CollectAsync(bool follows, CancellationToken cancel)
    {
        try
        {
            await foreach (Ban ban in history.ReadAsync(time.GetUtcNow() - Day, follows, cancel))
            {
                lock (gate)
                {
                    bans[ban.MessageId] = (ban.Server, ban.DetectedAt);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (CommandFailedException fault)
        {
            isUnknown = true;
            warn(fault.Message);
        }
    }

    /// <summary>Number and last time for each server that reported; null where the stream cannot be read.</summary>
    public IReadOnlyDictionary<string, ReportSummary>? Snapshot()
    {
        lock (gate)
        {
            DateTimeOffset oldest = time.GetUtcNow() - Day;
            foreach (Guid old in bans.Where(ban => ban.Value.DetectedAt < oldest).Select(ban => ban.Key).ToArray())
            {
                bans.Remove(old);
            }

            return isUnknown
                ? null
                : bans
                    .Values.GroupBy(ban => ban.Server)
                    .ToDictionary(of => of.Key, of => new ReportSummary(of.Count(), of.Max(ban => ban.DetectedAt)));
        }
    }
}
