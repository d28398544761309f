namespace F2bBroker.Daemon;

/// <summary>Delays between attempts: each is twice as long as the previous one, up to a maximum.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan maximum, TimeProvider time)
{
    private TimeSpan? last;

    /// <summary>True if there was no delay since the start or the last success.</summary>
    public bool IsFirst => last is null;

    public Task WaitAsync(CancellationToken stopping)
    {
        TimeSpan delay = last * 2 ?? first;
        last = delay < maximum ? delay : maximum;
        return Task.Delay(last.Value, time, stopping);
    }

    /// <summary>Resets the delay after a successful attempt.</summary>
    public void Reset() => last = null;
}
