namespace F2bBroker.Daemon;

/// <summary>
/// Completes when the daemon is ready: it has read its files and is either connected or waiting for an unavailable broker.
/// </summary>
internal sealed class Readiness
{
    private readonly TaskCompletionSource initialized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => Task.WhenAll(initialized.Task, started.Task);

    /// <summary>Marks that the files have been read or created, so that no later ban is missed.</summary>
    public void MarkInitialized() => initialized.TrySetResult();

    /// <summary>Marks that the daemon processes bans or waits for the broker.</summary>
    public void MarkStarted() => started.TrySetResult();
}
