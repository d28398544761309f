namespace F2bBroker.Consumer;

/// <summary>The lines of the last 10 seconds. fail2ban does not read the rest of a renamed log, so they are written again into the new one.</summary>
internal sealed class RecentLines(TimeProvider time)
{
    public static readonly TimeSpan Youth = TimeSpan.FromSeconds(10);

    private readonly Ageing<string> lines = new(time);

    public bool Any()
    {
        while (lines.TryTake(out _, Youth))
        {
        }

        return lines.Count > 0;
    }

    public IEnumerable<string> All() => Any() ? lines.All : [];

    public void Add(IEnumerable<string> written)
    {
        foreach (string line in written)
        {
            lines.Add(line, TimeSpan.Zero);
        }
    }
}
