using System.Threading.Channels;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Sources;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// Advances the checkpoint past confirmed bans in log order. Saves it when no publish is pending, and once a second under load.
/// </summary>
internal sealed class CheckpointTracker(
    Checkpoint checkpoint,
    ShippingProgress progress,
    HealthProblems problems,
    TimeProvider time,
    ILogger log)
{
    private static readonly TimeSpan SaveIntervalUnderLoad = TimeSpan.FromSeconds(1);

    // Lines that are not bans cost nothing to read again, and arrive all day.
    private static readonly TimeSpan SaveIntervalWithoutBans = TimeSpan.FromMinutes(1);

    private long savedAt;
    private bool isFailing;

    /// <summary>Returns the position to start from; null on a first start or if the checkpoint cannot be read.</summary>
    public Position? Load(out bool isUnreadable)
    {
        isUnreadable = false;
        try
        {
            return checkpoint.Load();
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            log.LogWarning(
                "{Failure:l} Reading the log from its beginning. Bans published earlier are published again; the other servers skip them "
                    + "as duplicates.",
                failure.Message);
            isUnreadable = true;
            return null;
        }
    }

    public async Task AdvanceAsync(ChannelReader<PendingPublish> window)
    {
        Position? unsaved = null;
        bool hasBan = false;
        try
        {
            while (await window.WaitToReadAsync())
            {
                while (window.TryRead(out PendingPublish pending))
                {
                    await pending.Confirmed;
                    unsaved = progress.Confirmed = pending.End;
                    hasBan |= pending.IsBan;
                    bool isDue =
                        time.GetElapsedTime(savedAt)
                        > (
                            window.TryPeek(out _) ? SaveIntervalUnderLoad
                            : hasBan ? TimeSpan.Zero
                            : SaveIntervalWithoutBans);
                    if (isDue && Save(unsaved))
                    {
                        (unsaved, hasBan) = (null, false);
                    }
                }
            }
        }
        finally
        {
            if (unsaved is not null)
            {
                Save(unsaved);
            }
        }
    }

    /// <summary>
    /// Saves the position. Returns false if that fails; then nothing is lost, but after a restart some bans are published again.
    /// </summary>
    public bool Save(Position position)
    {
        try
        {
            savedAt = time.GetTimestamp();
            checkpoint.Save(position);
            if (isFailing)
            {
                log.LogInformation("Can save the checkpoint again.");
                problems.Clear(nameof(CheckpointTracker));
            }

            isFailing = false;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!isFailing)
            {
                string message =
                    $"Cannot save the checkpoint: {failure.Message} Publishing continues. After a restart some bans are published again.";
                log.LogWarning("{Message:l}", message);
                problems.Set(nameof(CheckpointTracker), message);
            }

            isFailing = true;
            return false;
        }
    }
}
