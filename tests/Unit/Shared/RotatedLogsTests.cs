using F2bBroker.Shared.Logs;

namespace F2bBroker.UnitTests.Shared;

public sealed class RotatedLogsTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Numbered_siblings_come_oldest_first_and_the_plain_file_before_its_compressed_copy() =>
        Assert.Equal(
            ["log.10.gz", "log.2.gz", "log.1"],
            Siblings("log", "log.1", "log.1.gz", "log.2.gz", "log.10.gz", "log.1.bak", "log.x", "logs.1", "log.gz"));

    [Fact]
    public void Dated_siblings_come_oldest_first() =>
        Assert.Equal(["log-20261121.gz", "log-20261122"], Siblings("log", "log-20261122", "log-20261121.gz"));

    private IEnumerable<string?> Siblings(params string[] files)
    {
        foreach (string file in files)
        {
            File.WriteAllText(folder[file], "");
        }

        return RotatedLogs.Find(folder["log"]).Select(Path.GetFileName);
    }
}
