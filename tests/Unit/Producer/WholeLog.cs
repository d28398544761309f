using F2bBroker.Contracts;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>Reads a log as the producer does, from its first byte to its last.</summary>
internal static class WholeLog
{
    /// <summary>Returns the bans, each by the offset after its line.</summary>
    public static async Task<IReadOnlyDictionary<long, Ban>> BansAsync(string path, bool isSyslog, TimeProvider time)
    {
        Dictionary<long, Ban> bans = [];
        long length = new FileInfo(path).Length;
        using LogFileBanSource source = new(
            Some.Settings($"producer:logpath={path}", $"producer:format={(isSyslog ? "syslog" : "fail2ban")}"),
            time,
            Assert.Fail);
        source.StartAtBeginning();
        await foreach (SourceSegment segment in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            long end = ((LogPosition)segment.End).Offset;
            if (segment.Ban is not null)
            {
                bans.Add(end, segment.Ban);
            }

            if (!segment.IsBanCandidate && end == length)
            {
                break;
            }
        }

        return bans;
    }
}
