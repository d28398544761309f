using System.IO.Compression;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class WrittenLinesLoaderTests : IDisposable
{
    private const int Rotations = 500;

    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly List<string> warnings = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_log_and_its_rotated_siblings_are_read()
    {
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(Some.Ban("203.0.113.3"))));
        File.WriteAllText(folder["bans.log.1"], Line(MonitoredLogLine.ReportText(Some.Ban("203.0.113.2"))));
        using (StreamWriter archive = new(new GZipStream(File.Create(folder["bans.log.2.gz"]), CompressionLevel.Fastest)))
        {
            archive.Write(Line(MonitoredLogLine.BanText(Some.Ban("203.0.113.1"))));
        }

        BanEvaluator evaluator = Load();
        Assert.Equal(
            [true, true, true, false],
            Enumerable.Range(1, 4).Select(i => evaluator.Evaluate(Some.Ban($"203.0.113.{i}")) is BanOutcome.Duplicate));
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("bans.log.2.gz", "bans.log.1")]
    [InlineData("bans.log.1", "bans.log")]
    [InlineData("bans.log", "bans.log.2.gz")]
    public void A_trial_is_earlier_unless_its_ban_is_in_any_of_the_files(string trials, string bans)
    {
        Write(trials, MonitoredLogLine.TrialText(Some.Ban("203.0.113.1")), MonitoredLogLine.TrialText(Some.Ban("203.0.113.2")));
        Write(bans, MonitoredLogLine.BanText(Some.Ban("203.0.113.1")), MonitoredLogLine.ReportText(Some.Ban("203.0.113.3")));
        Assert.Equal([Some.Ban("203.0.113.2")], Load().TakeEarlierTrials());

        void Write(string file, params string[] texts)
        {
            Stream stream = File.Create(folder[file]);
            using StreamWriter writer = new(file.EndsWith(".gz") ? new GZipStream(stream, CompressionLevel.Fastest) : stream);
            writer.Write(string.Concat(texts.Select(Line)));
        }
    }

    [Fact]
    public void Only_whole_lines_within_maxage_count()
    {
        Ban ban = Some.Ban();
        string text = MonitoredLogLine.BanText(ban);
        string[] others =
        [
            MonitoredLogLine.Format(Some.Time.AddDays(-2), text),
            $" {text}\n",
            Line(text + " "),
            Line("Unban" + text[3..]),
            Line(text[..^4]),
        ];
        File.WriteAllText(folder["bans.log"], string.Concat(others));
        Assert.Equal(new BanOutcome.Written(text), Load().Evaluate(ban));
    }

    [Fact]
    public void A_line_counts_for_maxage_and_the_time_that_a_senders_clock_may_be_ahead()
    {
        DateTimeOffset oldest = Some.Time.AddDays(-1).AddMinutes(-10);
        Ban kept = Some.Ban("203.0.113.1");
        Ban old = Some.Ban("203.0.113.2");
        File.WriteAllText(
            folder["bans.log"],
            MonitoredLogLine.Format(oldest.AddMilliseconds(-1), MonitoredLogLine.BanText(old))
                + MonitoredLogLine.Format(oldest, MonitoredLogLine.BanText(kept)));
        File.SetLastWriteTimeUtc(folder["bans.log"], oldest.UtcDateTime);
        BanEvaluator evaluator = Load();
        Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(kept));
        Assert.Equal(new BanOutcome.Written(MonitoredLogLine.BanText(old)), evaluator.Evaluate(old));
    }

    [Fact]
    public void A_log_that_another_program_reads_can_be_read()
    {
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(Some.Ban())));
        using FileStream other = new(folder["bans.log"], FileMode.Open, FileAccess.Read, FileShare.Read);
        Assert.Equal(new BanOutcome.Duplicate(), Load().Evaluate(Some.Ban()));
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_position_in_a_log_that_cannot_be_read_may_be_lost_which_is_said()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        Assert.Null(LastPosition.Find(folder["bans.log"], warnings.Add, out _));
        Assert.EndsWith(" The position in the stream may be older than the last one that was reached.", Assert.Single(warnings));
    }

    [Fact]
    public void A_corrupt_archive_is_logged_and_does_not_stop_the_start()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(Some.Ban())));
        Assert.Equal(new BanOutcome.Duplicate(), Load().Evaluate(Some.Ban()));
        string warning = Assert.Single(warnings);
        Assert.StartsWith($"Cannot read {folder["bans.log.2.gz"]}: ", warning);
        Assert.EndsWith(" Bans in it may be written twice.", warning);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_logged_and_has_no_lines()
    {
        // File modes do not stop root, so the file is a folder.
        using MonitoredLogFile file = new(folder.Path);
        Assert.Empty(file.ReadLines(warnings.Add, "Bans in it may be written twice."));
        Assert.Equal(
            $"Cannot read {folder.Path}: Access to the path '{folder.Path}' is denied. Bans in it may be written twice.",
            Assert.Single(warnings));
    }

    [Fact]
    public async Task A_start_while_the_log_is_rotated_knows_all_bans_and_the_last_position()
    {
        PositionLine last = new(Some.Time, 7, new string('a', 32));
        Ban[] bans = [Some.Ban("203.0.113.1"), Some.Ban("203.0.113.2")];
        for (int i = 0; i < Rotations; i++)
        {
            File.Delete(folder["bans.log.2.gz"]);
            File.WriteAllText(folder["bans.log.1"], Line(MonitoredLogLine.BanText(bans[0])));
            File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(bans[1])) + Line(last.Text));
            Task rotation = Logrotate.RotateAsync(folder["bans.log"]);
            Thread.SpinWait(Random.Shared.Next(30_000));
            BanEvaluator evaluator = Load();
            PositionLine? position = LastPosition.Find(folder["bans.log"], warnings.Add, out _);
            await rotation;
            Assert.All(bans, ban => Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(ban)));
            Assert.Equal(last, position);
            Assert.Empty(warnings);
        }
    }

    private BanEvaluator Load()
    {
        Settings settings = Some.Settings($"consumer:logpath={folder["bans.log"]}");
        ServerQuarantine quarantine = new(settings, clock, NullLogger<ServerQuarantine>.Instance);
        BanEvaluator evaluator = new(settings.Consumer, quarantine, new LatestBanTime(clock), clock);
        new WrittenLinesLoader(settings.Consumer, evaluator, clock).Load(warnings.Add);
        return evaluator;
    }

    private static string Line(string text) => MonitoredLogLine.Format(Some.Time, text);
}
