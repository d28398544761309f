using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>
/// The pardons that this consumer knows. While the stream is not read to its end, a pardon may be missing, so no ban may be written.
/// </summary>
internal sealed class CurrentPardons
{
    /// <summary>The reason for skipping a ban, as in the log and the metrics.</summary>
    public const string SkipReason = "pardoned";

    private readonly TimeSpan memory;
    private readonly Lock gate = new();
    private TaskCompletionSource known = NewSource();
    private volatile PardonList list;

    public CurrentPardons(ConsumerSettings settings)
    {
        // A ban that is older than maxage is skipped, and one may be dated in the future.
        memory = settings.MaxAge + Ban.MaxClockAhead;
        list = CreateList();
        if (!settings.Pardons)
        {
            MarkKnown();
        }
    }

    /// <summary>Completes when the pardons are known, or when the broker has none.</summary>
    public Task Known
    {
        get
        {
            lock (gate)
            {
                return known.Task;
            }
        }
    }

    /// <summary>Returns an empty list.</summary>
    public PardonList CreateList() => new(memory);

    /// <summary>Replaces all pardons by those of a complete read.</summary>
    public void Replace(PardonList read) => list = read;

    /// <summary>Returns true if the ban is to be skipped.</summary>
    public bool Cover(Ban ban) => list.Find(ban) is not null;

    public void MarkKnown()
    {
        lock (gate)
        {
            known.TrySetResult();
        }
    }

    /// <summary>Marks that a pardon may be missing from now on.</summary>
    public void MarkUnknown()
    {
        lock (gate)
        {
            if (known.Task.IsCompleted)
            {
                known = NewSource();
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
