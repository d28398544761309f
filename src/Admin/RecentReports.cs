using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary>What each server reported within 24 hours, as the stream knows it.</summary>
/// <param name="warn">Takes a sentence.</param>
internal sealed class RecentReports(BanHistory history, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>Number and last time for each server that reported; null, with a sentence, where the stream cannot be read.</summary>
    public async Task<IReadOnlyDictionary<string, Reports>?> ReadAsync(CancellationToken cancel)
    {
        Dictionary<string, Reports> reports = [];
        try
        {
            await foreach (Ban ban in history.ReadAsync(time.GetUtcNow() - Day, follows: false, cancel).DistinctBy(ban => ban.MessageId))
            {
                Reports old = reports.GetValueOrDefault(ban.Server, new Reports(0, ban.DetectedAt));
                reports[ban.Server] = new Reports(old.Count + 1, old.Last > ban.DetectedAt ? old.Last : ban.DetectedAt);
            }

            return reports;
        }
        catch (AdminFault fault)
        {
            warn(fault.Message);
            return null;
        }
    }
}

/// <param name="Count">Different bans.</param>
/// <param name="Last">The youngest one's time.</param>
internal sealed record Reports(int Count, DateTimeOffset Last);
