using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Logs;

namespace F2bBroker.Consumer.Rules;

/// <summary>What was written within <c>maxage</c>, and what therefore becomes of the next ban. The monitored log is the only memory: at start it is read back.</summary>
internal sealed class BanEvaluator(ConsumerSettings settings, ServerQuarantine containment, LatestBanTime heard, TimeProvider time)
{
    private readonly WrittenBanCache written = new(settings.MaxAge, time);
    private readonly Quorum quorum = new(settings.Quorum, settings.QuorumWindow, settings.MaxAge, time);

    /// <summary>What becomes of the ban, which counts as written if that is to be so.</summary>
    public BanOutcome Evaluate(Ban ban, DeliverySource way = DeliverySource.Queue)
    {
        if (written.Contains(ban))
        {
            return new BanOutcome.Duplicate();
        }

        DateTimeOffset until = default;
        if (way switch
        {
            DeliverySource.Queue => !containment.TryAdmit(ban, out until),
            DeliverySource.HistoryStream => containment.IsQuarantined(ban.Server, out until),
            _ => false,
        })
        {
            return new BanOutcome.Quarantined(until);
        }

        written.Add(ban, age: TimeSpan.Zero);
        string line = quorum.IsReachedBy(ban) ? MonitoredLogLine.BanText(ban) : MonitoredLogLine.ReportText(ban);
        if (way == DeliverySource.HistoryStream)
        {
            // When its live message comes, it is a duplicate.
            containment.CountWritten(new MonitoredLogLine(time.GetUtcNow(), line, ban));
        }

        return new BanOutcome.Written(line);
    }

    /// <summary>Reads the log and its rotated siblings back, oldest first; gives young lines that stand in a sibling only, which fail2ban may not have read.</summary>
    /// <param name="tell">Takes a sentence about a file that cannot be read.</param>
    public IReadOnlyCollection<string> LoadFrom(string path, Action<string> tell)
    {
        HashSet<string> young = [];
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset oldest = now - settings.MaxAge - Ban.MaxClockAhead;
        foreach (string file in RotatedLogs.Find(path).Append(path).Where(file => File.GetLastWriteTimeUtc(file) >= oldest))
        {
            try
            {
                foreach (MonitoredLogLine line in MonitoredLogReader.ReadAll(file).Where(line => line.WrittenAt >= oldest))
                {
                    Count(line, now - line.WrittenAt);
                    if (file == path)
                    {
                        young.Remove(line.Text);
                    }
                    else if ((now - line.WrittenAt).Duration() < RecentLines.MaxAge)
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

    private void Count(MonitoredLogLine line, TimeSpan age)
    {
        written.Add(line.Ban, age);
        quorum.Count(line.Ban, age);
        containment.CountWritten(line);
        heard.Update(line.Ban);
    }
}
