namespace F2bBroker.Consumer;

/// <summary>The bans of the last 10 seconds. fail2ban does not read the rest of a renamed log, so they are written again into the new one.</summary>
internal sealed class RecentLines(TimeProvider time)
{
    public static readonly TimeSpan Youth = TimeSpan.FromSeconds(10);

    private readonly Queue<(long WrittenAt, string Identity)> lines = new();

    public bool Any()
    {
        while (lines.TryPeek(out (long WrittenAt, string Identity) oldest) && time.GetElapsedTime(oldest.WrittenAt) > Youth)
        {
            lines.Dequeue();
        }

        return lines.Count > 0;
    }

    public IEnumerable<string> All() => Any() ? lines.Select(line => line.Identity) : [];

    public void Add(IEnumerable<string> identities)
    {
        long now = time.GetTimestamp();
        foreach (string identity in identities)
        {
            lines.Enqueue((now, identity));
        }
    }
}
