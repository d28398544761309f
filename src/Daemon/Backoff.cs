namespace F2bBroker.Daemon;

/// <summary>Pauses between attempts: each twice as long as the one before, up to a longest.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, TimeProvider time)
{
    private TimeSpan? last;

    /// <summary>Whether no pause was made yet, since the beginning or the last success.</summary>
    public bool IsFirst => last is null;

    public Task WaitAsync(CancellationToken stopping)
    {
        TimeSpan pause = last * 2 ?? first;
        last = pause < longest ? pause : longest;
        return Task.Delay(last.Value, time, stopping);
    }

    /// <summary>An attempt has succeeded, so that the next pause is short again.</summary>
    public void Reset() => last = null;
}
