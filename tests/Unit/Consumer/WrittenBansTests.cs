using System.IO.Compression;
using F2bBroker.Consumer;
using F2bBroker.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class WrittenBansTests : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly List<string> told = [];
    private readonly WrittenBans written;

    public WrittenBansTests() => written = new WrittenBans(MaxAge, clock);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_ban_is_new_once()
    {
        Assert.True(written.Add("Ban a"));
        Assert.False(written.Add("Ban a"));
        Assert.True(written.Add("Ban b"));
    }

    [Fact]
    public void It_is_remembered_for_maxage_and_forgotten_some_time_later()
    {
        written.Add("Ban a");
        clock.Advance(MaxAge);
        Assert.False(written.Add("Ban a"));
        clock.Advance(MaxAge);
        Assert.True(written.Add("Ban a"));
    }

    [Fact]
    public void The_log_and_its_rotated_siblings_are_read_back()
    {
        File.WriteAllText(folder["bans.log"], Line("Ban c"));
        File.WriteAllText(folder["bans.log.1"], Line("Ban b"));
        using (StreamWriter archive = new(new GZipStream(File.Create(folder["bans.log.2.gz"]), CompressionLevel.Fastest)))
        {
            archive.Write(Line("Ban a"));
        }

        written.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal([false, false, false, true], new[] { "Ban a", "Ban b", "Ban c", "Ban d" }.Select(written.Add));
        Assert.Empty(told);
    }

    [Fact]
    public void Only_whole_dated_lines_younger_than_maxage_count()
    {
        string old = $"{UtcText.Print(Some.Time - MaxAge * 2)} Ban old\n";
        File.WriteAllText(folder["bans.log"], old + "nonsense\n Ban x\n" + Line("Ban torn by"));
        written.ReadBack(folder["bans.log"], told.Add);
        Assert.True(written.Add("Ban old"));
        Assert.True(written.Add("Ban torn"));
        Assert.False(written.Add("Ban torn by"));
    }

    [Fact]
    public void A_damaged_archive_is_told_and_does_not_stop_the_start()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        File.WriteAllText(folder["bans.log"], Line("Ban a"));
        written.ReadBack(folder["bans.log"], told.Add);
        Assert.False(written.Add("Ban a"));
        Assert.StartsWith($"{folder["bans.log.2.gz"]} cannot be read back, so a ban in it may be written a second time: ", Assert.Single(told));
    }

    private static string Line(string identity) => $"{UtcText.Print(Some.Time)} {identity}\n";
}
