using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Status;

/// <summary>Reads since when the stream holds the bans.</summary>
/// <param name="brokerTime">Returns the time by the broker's clock.</param>
/// <param name="warn">Receives warnings.</param>
internal sealed class HistoryStartReader(
    HistoryReader history,
    Func<DateTimeOffset> brokerTime,
    TimeProvider time,
    Action<string> warn)
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);

    /// <summary>The oldest message; null if the stream is empty, or if it is unknown.</summary>
    public HistoryStart? Start { get; private set; }

    /// <summary>Reads the stream. If it cannot be read, a warning says why, and nothing is known.</summary>
    /// <param name="follows">True to read it every minute until cancelled.</param>
    public async Task CollectAsync(bool follows, CancellationToken cancel)
    {
        try
        {
            Start = await history.FindStartAsync(brokerTime(), cancel);
            while (follows)
            {
                await Task.Delay(RefreshInterval, time, cancel);
                Start = await history.FindStartAsync(brokerTime(), cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Cancelled by the operator.
        }
        catch (CommandFailedException error)
        {
            Start = null;
            warn(error.Message);
        }
    }
}
