using F2bBroker.Admin.Output;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Statistics;

/// <summary>Counts the bans in a monitored log and its rotated siblings, also those on trial and those below the quorum.</summary>
internal static class MonitoredLogCounter
{
    /// <summary>Returns the counts. A ban with several lines counts once in each word, and once in the other counts.</summary>
    /// <exception cref="CommandFailedException">A file cannot be read, or there are too many bans.</exception>
    public static BanStatistics Count(string log, DateTimeOffset since)
    {
        BanCollection bans = new();
        Dictionary<string, HashSet<string>> lines = new() { ["Ban"] = [], ["Trial"] = [], ["Report"] = [] };
        try
        {
            using MonitoredLogFiles files = MonitoredLogFiles.Open(log);
            IEnumerable<string> texts = files.OldestFirst.SelectMany(file => file.ReadLines());
            foreach (MonitoredLogLine line in texts.Select(MonitoredLogLine.Parse).OfType<MonitoredLogLine>())
            {
                if (line.Ban.DetectedAt >= since && lines[line.Text[..line.Text.IndexOf(' ')]].Add(line.Ban.Identity))
                {
                    bans.Add(line.Ban);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"--log: {error.Message}");
        }

        return StatisticsCounter.Count(bans.Sort()) with
        {
            Lines = new OrderedDictionary<string, int>(lines.Select(word => KeyValuePair.Create(word.Key, word.Value.Count))),
        };
    }
}
