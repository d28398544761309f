namespace F2bBroker.Daemon.Systemd;

/// <summary>When the daemon is ready: it knows where it stands in its files, and either has its connection or waits for a broker that is away.</summary>
internal sealed class Readiness
{
    private readonly TaskCompletionSource prepared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource follows = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => Task.WhenAll(prepared.Task, follows.Task);

    /// <summary>Its files have been read or begun: what comes from now on is not missed.</summary>
    public void Prepared() => prepared.TrySetResult();

    /// <summary>It does its work, or waits for the broker.</summary>
    public void FollowsOrWaits() => follows.TrySetResult();
}
