using System.IO.Compression;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Logs;

namespace F2bBroker.Consumer;

/// <summary>Which bans were written within <paramref name="maxAge"/>. The monitored log is the only memory: at start it is read back.</summary>
internal sealed class WrittenBans(TimeSpan maxAge, HeardUpTo heard, TimeProvider time)
{
    /// <summary>A ban may be stamped this far in the future, so its duplicate can be young for that much longer.</summary>
    public static readonly TimeSpan FutureAllowed = TimeSpan.FromMinutes(10);

    private readonly HashSet<Guid> ids = [];

    // By a clock that only goes on: one that is set forward and back again must not make a ban forgotten.
    private readonly Queue<(long Since, TimeSpan AgeThen, Guid Id)> byAge = new();

    /// <summary>Whether the ban of that identity is new; it counts as written from now on.</summary>
    public bool Add(string identity)
    {
        Forget();
        return Add(identity, TimeSpan.Zero);
    }

    /// <summary>Reads the log and its rotated siblings back, oldest first; gives young bans that stand in a sibling only, which fail2ban may not have read.</summary>
    /// <param name="tell">Takes a sentence about a file that cannot be read.</param>
    public IReadOnlyCollection<string> ReadBack(string path, Action<string> tell)
    {
        HashSet<string> young = [];
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset oldest = now - maxAge - FutureAllowed;
        foreach (string file in RotatedLogs.Of(path).Append(path).Where(file => File.GetLastWriteTimeUtc(file) >= oldest))
        {
            try
            {
                foreach ((DateTimeOffset writtenAt, string identity) in Lines(file).Where(line => line.WrittenAt >= oldest))
                {
                    Add(identity, now - writtenAt);
                    bool isWhole = heard.Hear(identity);
                    if (file == path)
                    {
                        young.Remove(identity);
                    }
                    else if (isWhole && (now - writtenAt).Duration() < RecentLines.Youth)
                    {
                        young.Add(identity);
                    }
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                tell($"{file} cannot be read back, so a ban in it may be written a second time: {failure.Message}");
            }
        }

        return young;
    }

    private static IEnumerable<(DateTimeOffset WrittenAt, string Identity)> Lines(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is { } line)
        {
            int blank = line.IndexOf(' ');
            if (blank > 0 && UtcText.Parse(line[..blank]) is { } writtenAt)
            {
                yield return (writtenAt, line[(blank + 1)..]);
            }
        }
    }

    private bool Add(string identity, TimeSpan age)
    {
        Guid id = Ban.IdOf(identity);
        if (!ids.Add(id))
        {
            return false;
        }

        byAge.Enqueue((time.GetTimestamp(), age, id));
        return true;
    }

    private void Forget()
    {
        while (byAge.TryPeek(out (long Since, TimeSpan AgeThen, Guid Id) oldest) && oldest.AgeThen + time.GetElapsedTime(oldest.Since) > maxAge + FutureAllowed)
        {
            ids.Remove(byAge.Dequeue().Id);
        }
    }
}
