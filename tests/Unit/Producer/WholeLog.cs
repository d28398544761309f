using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>Reads a log as the producer does, from its first byte to its last.</summary>
internal static class WholeLog
{
    /// <summary>Returns the segments with a line about a ban or its enforcement, each by the offset after its line.</summary>
    public static async Task<IReadOnlyDictionary<long, SourceSegment>> ReadAsync(string path, bool isSyslog, TimeProvider time)
    {
        Dictionary<long, SourceSegment> found = [];
        long length = new FileInfo(path).Length;
        using LogFileBanSource source = new(
            Some.Settings($"producer:logpath={path}", $"producer:format={(isSyslog ? "syslog" : "fail2ban")}"),
            new HealthProblems(time),
            time,
            Assert.Fail);
        source.StartAtBeginning();
        await foreach (SourceSegment segment in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            long end = ((LogPosition)segment.End).Offset;
            if (segment is not { Ban: null, Skipped: null, Enforcement: null })
            {
                found.Add(end, segment);
            }
            else if (end == length)
            {
                break;
            }
        }

        return found;
    }
}
