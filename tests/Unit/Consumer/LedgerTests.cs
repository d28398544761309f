using System.IO.Compression;
using F2bBroker.Consumer;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class LedgerTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly List<string> told = [];
    private readonly HeardUpTo heard;

    public LedgerTests() => heard = new HeardUpTo(clock);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_log_and_its_rotated_siblings_are_read_back()
    {
        File.WriteAllText(folder["bans.log"], Line(Some.Ban("203.0.113.3").Identity));
        File.WriteAllText(folder["bans.log.1"], Line(Some.Ban("203.0.113.2").Report));
        using (StreamWriter archive = new(new GZipStream(File.Create(folder["bans.log.2.gz"]), CompressionLevel.Fastest)))
        {
            archive.Write(Line(Some.Ban("203.0.113.1").Identity));
        }

        Ledger ledger = NewLedger();
        ledger.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal([true, true, true, false], Enumerable.Range(1, 4).Select(i => ledger.Judge(Some.Ban($"203.0.113.{i}")) is Verdict.Duplicate));
        Assert.Empty(told);
    }

    [Fact]
    public void The_youngest_ban_in_them_is_how_far_this_server_has_heard()
    {
        Assert.Null(heard.Moment);
        string[] bans = [Some.Ban(at: Some.Time.AddHours(-2)).Identity, Some.Ban(at: Some.Time.AddHours(-1)).Identity, Some.Ban(at: Some.Time.AddHours(-3)).Identity];
        File.WriteAllText(folder["bans.log"], string.Concat(bans.Select(Line)));
        NewLedger().ReadBack(folder["bans.log"], told.Add);
        Assert.Equal(Some.Time.AddHours(-1), heard.Moment);
        heard.Hear(Some.Ban(at: Some.Time.AddMinutes(5)));
        Assert.Equal(Some.Time, heard.Moment);
    }

    [Fact]
    public void Only_whole_lines_younger_than_maxage_count()
    {
        Ban ban = Some.Ban();
        string[] others = [$"{UtcText.Print(Some.Time.AddDays(-2))} {ban.Identity}\n", $" {ban.Identity}\n", Line(ban.Identity + " "), Line("Unban" + ban.Identity[3..]), Line(ban.Identity[..^4])];
        File.WriteAllText(folder["bans.log"], string.Concat(others));
        Ledger ledger = NewLedger();
        ledger.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal(new Verdict.Written(ban.Identity), ledger.Judge(ban));
    }

    [Fact]
    public void A_damaged_archive_is_told_and_does_not_stop_the_start()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        File.WriteAllText(folder["bans.log"], Line(Some.Ban().Identity));
        Ledger ledger = NewLedger();
        ledger.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal(new Verdict.Duplicate(), ledger.Judge(Some.Ban()));
        Assert.StartsWith($"{folder["bans.log.2.gz"]} cannot be read back, so a ban in it may be written a second time: ", Assert.Single(told));
    }

    [Fact]
    public void A_quorum_goes_on_counting_where_the_log_ends()
    {
        File.WriteAllText(folder["bans.log"], Line(Some.Ban(server: "web1").Report));
        Ledger ledger = NewLedger("consumer:quorum=2");
        ledger.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal(new Verdict.Duplicate(), ledger.Judge(Some.Ban(server: "web1")));
        Assert.Equal(new Verdict.Written(Some.Ban("203.0.113.8").Report), ledger.Judge(Some.Ban("203.0.113.8")));
        Assert.Equal(new Verdict.Written(Some.Ban(server: "web3").Identity), ledger.Judge(Some.Ban(server: "web3")));
    }

    [Fact]
    public void So_does_the_limit_of_a_servers_bans_and_duplicates_do_not_count()
    {
        Ban[] bans = [.. Enumerable.Range(1, 4).Select(i => Some.Ban($"203.0.113.{i}"))];
        File.WriteAllText(folder["bans.log"], string.Concat(bans.Take(2).Select(ban => Line(ban.Identity))));
        Ledger ledger = NewLedger("consumer:maxbans=3/10m");
        ledger.ReadBack(folder["bans.log"], told.Add);
        Assert.Equal(
            [new Verdict.Duplicate(), new Verdict.Written(bans[2].Identity), new Verdict.Quarantined(Some.Time.AddMinutes(30))],
            new[] { bans[1], bans[2], bans[3] }.Select(ban => ledger.Judge(ban)));
    }

    [Fact]
    public void A_ban_of_the_stream_counts_for_its_live_message_and_a_server_under_quarantine_has_none()
    {
        Ledger ledger = NewLedger("consumer:maxbans=2/10m");
        Ban[] bans = [.. Enumerable.Range(1, 6).Select(i => Some.Ban($"203.0.113.{i}"))];
        Assert.Equal(new Verdict.Written(bans[0].Identity), ledger.Judge(bans[0], Way.Stream));
        Assert.Equal(new Verdict.Duplicate(), ledger.Judge(bans[0]));
        Assert.Equal(new Verdict.Written(bans[1].Identity), ledger.Judge(bans[1]));
        Verdict quarantined = new Verdict.Quarantined(Some.Time.AddMinutes(30));
        Assert.Equal(quarantined, ledger.Judge(bans[2]));
        Assert.Equal(quarantined, ledger.Judge(bans[3], Way.Stream));
        Assert.Equal(new Verdict.Written(bans[4].Identity), ledger.Judge(bans[4], Way.Requeued));
        Assert.Equal(quarantined, ledger.Judge(bans[5]));
        Ban old = Some.Ban(server: "web3", at: Some.Time.AddHours(-2));
        Assert.Equal([new Verdict.Written(old.Identity)], new[] { old }.Select(ban => ledger.Judge(ban, Way.Stream)));
        Assert.Equal([true, true, false], Enumerable.Range(1, 3).Select(i => ledger.Judge(Some.Ban($"203.0.113.{i}", server: "web3")) is Verdict.Written));
    }

    private Ledger NewLedger(params string[] settings)
    {
        Settings read = Some.Settings(settings);
        return new Ledger(read.Consumer, new Containment(read, clock, NullLogger<Containment>.Instance), heard, clock);
    }

    private static string Line(string text) => $"{UtcText.Print(Some.Time)} {text}\n";
}
