using System.Threading.Channels;
using F2bBroker.Producer.Sources;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer.Publishing;

/// <summary>Moves the checkpoint over what is confirmed, in the log's order; saved when nothing is under way, under load once a second.</summary>
internal sealed class CheckpointTracker(Checkpoint checkpoint, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan SaveIntervalUnderLoad = TimeSpan.FromSeconds(1);

    // Lines that are no bans cost nothing to read again, and come all day long.
    private static readonly TimeSpan SaveIntervalWithoutBans = TimeSpan.FromMinutes(1);

    private long savedAt;
    private bool isFailing;

    /// <summary>The position to start from, or null: on a first start, or if the checkpoint cannot be read.</summary>
    public Position? Load(out bool isUnreadable)
    {
        isUnreadable = false;
        try
        {
            return checkpoint.Load();
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            log.LogWarning("{Failure:l} The log is read from its beginning; what was published before is published again, and known to the peers.", failure.Message);
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
                while (window.TryRead(out PendingPublish shipment))
                {
                    await shipment.Confirmed;
                    unsaved = shipment.End;
                    hasBan |= shipment.IsBan;
                    bool isDue = time.GetElapsedTime(savedAt) > (window.TryPeek(out _) ? SaveIntervalUnderLoad : hasBan ? TimeSpan.Zero : SaveIntervalWithoutBans);
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

    /// <summary>Whether it could be saved. If not, nothing is lost: after a restart some bans are published again.</summary>
    public bool Save(Position position)
    {
        try
        {
            savedAt = time.GetTimestamp();
            checkpoint.Save(position);
            if (isFailing)
            {
                log.LogInformation("The checkpoint can be saved again.");
            }

            isFailing = false;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!isFailing)
            {
                log.LogWarning("The checkpoint cannot be saved: {Failure:l} Going on; after a restart some bans are published again.", failure.Message);
            }

            isFailing = true;
            return false;
        }
    }
}
