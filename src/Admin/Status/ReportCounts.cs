using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Counts the bans that each server reported within 24 hours, from the stream.</summary>
/// <param name="warn">Receives warnings.</param>
internal sealed class ReportCounts(HistoryReader history, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, (string Server, DateTimeOffset DetectedAt, string? Via)> bans = [];
    private bool isUnknown;

    /// <summary>Reads the stream. If it cannot be read, a warning says why, and nothing is known.</summary>
    /// <param name="follows">True to follow the stream until cancelled.</param>
    public async Task CollectAsync(bool follows, CancellationToken cancel)
    {
        try
        {
            await foreach (Ban ban in history.ReadAsync(time.GetUtcNow() - Day, follows, cancel))
            {
                lock (gate)
                {
                    bans[ban.MessageId] = (ban.Server, ban.DetectedAt, ban.Via);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Cancelled by the operator.
        }
        catch (CommandFailedException error)
        {
            isUnknown = true;
            warn(error.Message);
        }
    }

    /// <summary>Returns the reports of each server; null if the stream cannot be read.</summary>
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
                    .ToDictionary(
                        of => of.Key,
                        of => new ReportSummary(
                            of.Count(),
                            of.Max(ban => ban.DetectedAt),
                            [.. of.Select(ban => ban.Via).OfType<string>().Distinct().Order(StringComparer.Ordinal)]));
        }
    }
}
