namespace F2bBroker.Daemon.Systemd;

/// <summary>When the daemon is ready: it knows where it stands in its files, and either has its connection or waits for a broker that is away.</summary>
internal sealed class Readiness
{
    private readonly TaskCompletionSource initialized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => Task.WhenAll(initialized.Task, started.Task);

    /// <summary>Its files have been read or begun: what comes from now on is not missed.</summary>
    public void MarkInitialized() => initialized.TrySetResult();

    /// <summary>It does its work, or waits for the broker.</summary>
    public void MarkStarted() => started.TrySetResult();
}
