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
    private readonly HeardUpTo heard;
    private readonly WrittenBans written;

    public WrittenBansTests()
    {
        heard = new HeardUpTo(clock);
        written = new WrittenBans(MaxAge, heard, clock);
    }

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
    public void A_clock_that_is_set_forward_for_a_while_does_not_make_it_forget()
    {
        SetClock wall = new() { Now = Some.Time };
        WrittenBans remembered = new(MaxAge, new HeardUpTo(wall), wall);
        remembered.Add("Ban a");
        wall.Now += MaxAge * 3;
        Assert.False(remembered.Add("Ban a"));
        wall.Now = Some.Time;
        Assert.False(remembered.Add("Ban a"));
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
    public void The_youngest_ban_in_them_is_how_far_this_server_has_heard()
    {
        Assert.Null(heard.Moment);
        string[] bans = [Some.Ban(at: Some.Time.AddHours(-2)).Identity, Some.Ban(at: Some.Time.AddHours(-1)).Identity, Some.Ban(at: Some.Time.AddHours(-3)).Identity];
        File.WriteAllText(folder["bans.log"], string.Concat(bans.Select(Line)));
        written.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal(Some.Time.AddHours(-1), heard.Moment);
        heard.Hear(Some.Ban(at: Some.Time.AddMinutes(5)));
        Assert.Equal(Some.Time, heard.Moment);
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

    /// <summary>A clock on the wall that is set; what counts seconds goes on as it did.</summary>
    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static string Line(string identity) => $"{UtcText.Print(Some.Time)} {identity}\n";
}
