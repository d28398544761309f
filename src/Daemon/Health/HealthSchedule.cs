namespace F2bBroker.Daemon.Health;

/// <summary>Decides when the next health message is due: after a minute, or at once when a problem starts or ends.</summary>
internal sealed class HealthSchedule(HealthProblems problems, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The minimum time between two messages, for problems that come and go.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the next message is due. It is called after a message.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        await Task.Delay(MinInterval, time, cancel);
        using CancellationTokenSource minute = new(Interval - MinInterval, time);
        using CancellationTokenSource due = CancellationTokenSource.CreateLinkedTokenSource(cancel, minute.Token);
        try
        {
            await problems.WaitForChangeAsync(due.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // A minute has passed.
        }
    }
}
