namespace F2bBroker.Daemon.Health;

/// <summary>The daemon's current problems, in the sentences of its log, for the health messages. It is thread-safe.</summary>
internal sealed class HealthProblems(TimeProvider time)
{
    /// <summary>The key of suspicious settings, which are found at start.</summary>
    public const string Settings = "settings";

    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, Problem> current = [];
    private readonly SemaphoreSlim changed = new(0);

    /// <summary>The problems, the oldest first.</summary>
    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (gate)
            {
                return [.. current.Values.Where(problem => !IsOver(problem)).Select(problem => problem.Text)];
            }
        }
    }

    /// <summary>Adds a problem, or replaces the text of one.</summary>
    /// <param name="duration">How long it is a problem if it is not set again; null until it is cleared.</param>
    public void Set(string key, string text, TimeSpan? duration = null)
    {
        lock (gate)
        {
            bool isNew = !current.TryGetValue(key, out Problem? old) || IsOver(old);
            current[key] = new Problem(text, time.GetTimestamp(), duration);
            SignalIf(isNew);
        }
    }

    /// <summary>Removes a problem, which may not exist.</summary>
    public void Clear(string key)
    {
        lock (gate)
        {
            SignalIf(current.Remove(key, out Problem? old) && !IsOver(old));
        }
    }

    /// <summary>Has a health message published at once, because something else in it has changed.</summary>
    public void SignalChange()
    {
        lock (gate)
        {
            SignalIf(isChanged: true);
        }
    }

    /// <summary>Waits until a problem was added or removed since the last call returned. Only one caller may wait.</summary>
    public Task WaitForChangeAsync(CancellationToken cancel) => changed.WaitAsync(cancel);

    private void SignalIf(bool isChanged)
    {
        if (isChanged && changed.CurrentCount == 0)
        {
            changed.Release();
        }
    }

    private bool IsOver(Problem problem) => problem.Duration is { } duration && time.GetElapsedTime(problem.SetAt) > duration;

    private sealed record Problem(string Text, long SetAt, TimeSpan? Duration);
}
