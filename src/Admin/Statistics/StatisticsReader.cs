using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>Reads the stream and counts its bans.</summary>
/// <param name="warn">Receives warnings.</param>
internal sealed class StatisticsReader(HistoryReader history, Action<string> warn)
{
    /// <exception cref="CommandFailedException">The stream cannot be read, or has too many bans.</exception>
    public async Task<BanStatistics> ReadAsync(DateTimeOffset since, CancellationToken cancel)
    {
        BanStatistics statistics = await WaitIndicator.RunAsync($"Reading {Topology.HistoryStream}", async () =>
        {
            BanCollection bans = new();
            await foreach (Ban ban in history.ReadAsync(since, follows: false, cancel))
            {
                bans.Add(ban);
            }

            return StatisticsCounter.Count(bans.Sort());
        });
        history.WarnAboutRefused(warn);
        return statistics;
    }
}
