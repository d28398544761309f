using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Logs;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// Reads the monitored log and its rotated siblings back at start, oldest file first, and passes each line to the evaluator.
/// </summary>
internal sealed class WrittenLinesLoader(ConsumerSettings settings, BanEvaluator evaluator, TimeProvider time)
{
    /// <summary>Returns the recent lines that are only in a sibling. fail2ban may not have read them before the log was renamed.</summary>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    public IReadOnlyCollection<string> Load(Action<string> warn)
    {
        HashSet<string> recent = [];
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset oldest = now - settings.MaxAge - Ban.MaxClockAhead;
        string log = settings.LogPath;
        foreach (string file in RotatedLogs.Find(log).Append(log).Where(file => File.GetLastWriteTimeUtc(file) >= oldest))
        {
            try
            {
                foreach (MonitoredLogLine line in MonitoredLogReader.ReadAll(file).Where(line => line.WrittenAt >= oldest))
                {
                    evaluator.Remember(line);
                    if (file == log)
                    {
                        recent.Remove(line.Text);
                    }
                    else if ((now - line.WrittenAt).Duration() < RecentLines.MaxAge)
                    {
                        recent.Add(line.Text);
                    }
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                warn($"Cannot read {file}: {error.Message} Bans in it may be written twice.");
            }
        }

        return recent;
    }
}
