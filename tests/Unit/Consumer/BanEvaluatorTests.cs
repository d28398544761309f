using System.IO.Compression;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class BanEvaluatorTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly List<string> told = [];
    private readonly LatestBanTime heard;

    public BanEvaluatorTests() => heard = new LatestBanTime(clock);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_log_and_its_rotated_siblings_are_read_back()
    {
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(Some.Ban("203.0.113.3"))));
        File.WriteAllText(folder["bans.log.1"], Line(MonitoredLogLine.ReportText(Some.Ban("203.0.113.2"))));
        using (StreamWriter archive = new(new GZipStream(File.Create(folder["bans.log.2.gz"]), CompressionLevel.Fastest)))
        {
            archive.Write(Line(MonitoredLogLine.BanText(Some.Ban("203.0.113.1"))));
        }

        BanEvaluator ledger = NewLedger();
        ledger.LoadFrom(folder["bans.log"], told.Add);
        Assert.Equal([true, true, true, false], Enumerable.Range(1, 4).Select(i => ledger.Evaluate(Some.Ban($"203.0.113.{i}")) is BanOutcome.Duplicate));
        Assert.Empty(told);
    }

    [Fact]
    public void The_youngest_ban_in_them_is_how_far_this_server_has_heard()
    {
        Assert.Null(heard.Value);
        string[] bans = [MonitoredLogLine.BanText(Some.Ban(at: Some.Time.AddHours(-2))), MonitoredLogLine.BanText(Some.Ban(at: Some.Time.AddHours(-1))), MonitoredLogLine.BanText(Some.Ban(at: Some.Time.AddHours(-3)))];
        File.WriteAllText(folder["bans.log"], string.Concat(bans.Select(Line)));
        NewLedger().LoadFrom(folder["bans.log"], told.Add);
        Assert.Equal(Some.Time.AddHours(-1), heard.Value);
        heard.Update(Some.Ban(at: Some.Time.AddMinutes(5)));
        Assert.Equal(Some.Time, heard.Value);
    }

    [Fact]
    public void Only_whole_lines_younger_than_maxage_count()
    {
        Ban ban = Some.Ban();
        string[] others = [$"{UtcTimestamp.Format(Some.Time.AddDays(-2))} {MonitoredLogLine.BanText(ban)}\n", $" {MonitoredLogLine.BanText(ban)}\n", Line(MonitoredLogLine.BanText(ban) + " "), Line("Unban" + MonitoredLogLine.BanText(ban)[3..]), Line(MonitoredLogLine.BanText(ban)[..^4])];
        File.WriteAllText(folder["bans.log"], string.Concat(others));
        BanEvaluator ledger = NewLedger();
        ledger.LoadFrom(folder["bans.log"], told.Add);
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.BanText(ban)), ledger.Evaluate(ban));
    }

    [Fact]
    public void A_damaged_archive_is_told_and_does_not_stop_the_start()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(Some.Ban())));
        BanEvaluator ledger = NewLedger();
        ledger.LoadFrom(folder["bans.log"], told.Add);
        Assert.Equal(new BanOutcome.Duplicate(), ledger.Evaluate(Some.Ban()));
        Assert.StartsWith($"{folder["bans.log.2.gz"]} cannot be read back, so a ban in it may be written a second time: ", Assert.Single(told));
    }

    [Fact]
    public void A_quorum_goes_on_counting_where_the_log_ends()
    {
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.ReportText(Some.Ban(server: "web1"))));
        BanEvaluator ledger = NewLedger("consumer:quorum=2");
        ledger.LoadFrom(folder["bans.log"], told.Add);
        Assert.Equal(new BanOutcome.Duplicate(), ledger.Evaluate(Some.Ban(server: "web1")));
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.ReportText(Some.Ban("203.0.113.8"))), ledger.Evaluate(Some.Ban("203.0.113.8")));
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.BanText(Some.Ban(server: "web3"))), ledger.Evaluate(Some.Ban(server: "web3")));
    }

    [Fact]
    public void So_does_the_limit_of_a_servers_bans_and_duplicates_do_not_count()
    {
        Ban[] bans = [.. Enumerable.Range(1, 4).Select(i => Some.Ban($"203.0.113.{i}"))];
        File.WriteAllText(folder["bans.log"], string.Concat(bans.Take(2).Select(ban => Line(MonitoredLogLine.BanText(ban)))));
        BanEvaluator ledger = NewLedger("consumer:maxbans=3/10m");
        ledger.LoadFrom(folder["bans.log"], told.Add);
        Assert.Equal(
            [new BanOutcome.Duplicate(), new BanOutcome.Written(MonitoredLogLine.BanText(bans[2])), new BanOutcome.Quarantined(Some.Time.AddMinutes(30))],
            new[] { bans[1], bans[2], bans[3] }.Select(ban => ledger.Evaluate(ban)));
    }

    [Fact]
    public void A_ban_of_the_stream_counts_for_its_live_message_and_a_server_under_quarantine_has_none()
    {
        BanEvaluator ledger = NewLedger("consumer:maxbans=2/10m");
        Ban[] bans = [.. Enumerable.Range(1, 6).Select(i => Some.Ban($"203.0.113.{i}"))];
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.BanText(bans[0])), ledger.Evaluate(bans[0], DeliverySource.HistoryStream));
        Assert.Equal(new BanOutcome.Duplicate(), ledger.Evaluate(bans[0]));
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.BanText(bans[1])), ledger.Evaluate(bans[1]));
        BanOutcome quarantined = new BanOutcome.Quarantined(Some.Time.AddMinutes(30));
        Assert.Equal(quarantined, ledger.Evaluate(bans[2]));
        Assert.Equal(quarantined, ledger.Evaluate(bans[3], DeliverySource.HistoryStream));
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.BanText(bans[4])), ledger.Evaluate(bans[4], DeliverySource.Requeued));
        Assert.Equal(quarantined, ledger.Evaluate(bans[5]));
        Ban old = Some.Ban(server: "web3", at: Some.Time.AddHours(-2));
        Assert.Equal([new BanOutcome.Written(MonitoredLogLine.BanText(old))], new[] { old }.Select(ban => ledger.Evaluate(ban, DeliverySource.HistoryStream)));
        Assert.Equal([true, true, false], Enumerable.Range(1, 3).Select(i => ledger.Evaluate(Some.Ban($"203.0.113.{i}", server: "web3")) is BanOutcome.Written));
    }

    private BanEvaluator NewLedger(params string[] settings)
    {
        Settings read = Some.Settings(settings);
        return new BanEvaluator(read.Consumer, new ServerQuarantine(read, clock, NullLogger<ServerQuarantine>.Instance), heard, clock);
    }

    private static string Line(string text) => $"{UtcTimestamp.Format(Some.Time)} {text}\n";
}
