using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Logs;
using F2bBroker.Daemon.Messaging;

namespace F2bBroker.Consumer;

/// <summary>What was written within <c>maxage</c>, and what therefore becomes of the next ban. The monitored log is the only memory: at start it is read back.</summary>
internal sealed class Ledger(ConsumerSettings settings, Containment containment, HeardUpTo heard, TimeProvider time)
{
    private readonly WrittenBans written = new(settings.MaxAge, time);
    private readonly Quorum quorum = new(settings.Quorum, settings.QuorumWindow, settings.MaxAge, time);

    /// <summary>What becomes of the ban, which counts as written if that is to be so.</summary>
    public Verdict Judge(Ban ban, Way way = Way.Live)
    {
        if (written.Contains(ban))
        {
            return new Verdict.Duplicate();
        }

        DateTimeOffset until = default;
        if (way switch
        {
            Way.Live => !containment.Admits(ban, out until),
            Way.Stream => containment.IsQuarantined(ban.Server, out until),
            _ => false,
        })
        {
            return new Verdict.Quarantined(until);
        }

        written.Add(ban, age: TimeSpan.Zero);
        string line = quorum.IsReachedBy(ban) ? ban.Identity : ban.Report;
        if (way == Way.Stream)
        {
            // When its live message comes, it is a duplicate.
            containment.Count(new WrittenLine(time.GetUtcNow(), line, ban));
        }

        return new Verdict.Written(line);
    }

    /// <summary>Reads the log and its rotated siblings back, oldest first; gives young lines that stand in a sibling only, which fail2ban may not have read.</summary>
    /// <param name="tell">Takes a sentence about a file that cannot be read.</param>
    public IReadOnlyCollection<string> ReadBack(string path, Action<string> tell)
    {
        HashSet<string> young = [];
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset oldest = now - settings.MaxAge - ReceivedBan.FutureAllowed;
        foreach (string file in RotatedLogs.Of(path).Append(path).Where(file => File.GetLastWriteTimeUtc(file) >= oldest))
        {
            try
            {
                foreach (WrittenLine line in WrittenLine.In(file).Where(line => line.WrittenAt >= oldest))
                {
                    Count(line, now - line.WrittenAt);
                    if (file == path)
                    {
                        young.Remove(line.Text);
                    }
                    else if ((now - line.WrittenAt).Duration() < RecentLines.Youth)
                    {
                        young.Add(line.Text);
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

    private void Count(WrittenLine line, TimeSpan age)
    {
        written.Add(line.Ban, age);
        quorum.Count(line.Ban, age);
        containment.Count(line);
        heard.Hear(line.Ban);
    }
}
