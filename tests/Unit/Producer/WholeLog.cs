using F2bBroker.Contracts;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>A log that is read as the producer reads it, from its first byte to its last.</summary>
internal static class WholeLog
{
    /// <summary>The bans in it, each by the offset behind its line.</summary>
    public static async Task<IReadOnlyDictionary<long, Ban>> BansAsync(string path, bool isSyslog, TimeProvider time)
    {
        Dictionary<long, Ban> bans = [];
        long length = new FileInfo(path).Length;
        using LogFileBanSource source = new(
            Some.Settings($"producer:logpath={path}", $"producer:format={(isSyslog ? "syslog" : "fail2ban")}"),
            time,
            Assert.Fail);
        source.StartAtBeginning();
        await foreach (SourceSegment stretch in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            long end = ((LogPosition)stretch.End).Offset;
            if (stretch.Ban is not null)
            {
                bans.Add(end, stretch.Ban);
            }

            if (!stretch.IsBanCandidate && end == length)
            {
                break;
            }
        }

        return bans;
    }
}
