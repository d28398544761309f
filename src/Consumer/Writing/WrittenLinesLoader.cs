using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// Reads the monitored log and its rotated siblings back at start, oldest file first, and passes each line to the evaluator.
/// </summary>
internal sealed class WrittenLinesLoader(ConsumerSettings settings, BanEvaluator evaluator, TimeProvider time)
{
    // In the order of the lines: a ban may follow the pardon of an earlier one.
    private readonly OrderedDictionary<string, Ban?> recent = [];

    /// <summary>
    /// Returns the recent lines that are only in a sibling, without the bans that a later line pardons. fail2ban may not have read them
    /// before the log was renamed.
    /// </summary>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    public IReadOnlyCollection<string> Load(Action<string> warn)
    {
        DateTimeOffset oldest = time.GetUtcNow() - settings.MaxAge - Ban.MaxClockAhead;
        using MonitoredLogFiles files = MonitoredLogFiles.Open(settings.LogPath);
        foreach (MonitoredLogFile file in files.OldestFirst.Where(file => file.LastWriteTime >= oldest))
        {
            foreach (string text in file.ReadLines(warn, "Bans in it may be written twice."))
            {
                Load(text, oldest, isSibling: file != files.OldestFirst[^1]);
            }
        }

        return recent.Keys;
    }

    private void Load(string text, DateTimeOffset oldest, bool isSibling)
    {
        if (MonitoredLogLine.Parse(text) is { } written && written.WrittenAt >= oldest)
        {
            evaluator.Remember(written);
            UpdateRecent(written.Text, written.Ban, written.WrittenAt, isSibling);
        }
        else if (PardonLine.Parse(text) is { } pardon)
        {
            string[] pardoned =
            [
                .. recent.Where(entry => entry.Value is { } ban && pardon.Covers(ban)).Select(entry => entry.Key),
            ];
            foreach (string line in pardoned)
            {
                recent.Remove(line);
            }

            UpdateRecent(pardon.Text, null, pardon.WrittenAt, isSibling);
        }
    }

    private void UpdateRecent(string line, Ban? ban, DateTimeOffset writtenAt, bool isSibling)
    {
        if (!isSibling)
        {
            recent.Remove(line);
        }
        else if ((time.GetUtcNow() - writtenAt).Duration() < RecentLines.MaxAge)
        {
            recent[line] = ban;
        }
    }
}
