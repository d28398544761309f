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
    public void A_corrupt_archive_is_logged_and_does_not_stop_the_start()
    {
        File.WriteAllText(folder["bans.log.2.gz"], "no archive");
        File.WriteAllText(folder["bans.log"], Line(MonitoredLogLine.BanText(Some.Ban())));
        Assert.Equal(new BanOutcome.Duplicate(), Load().Evaluate(Some.Ban()));
        string warning = Assert.Single(warnings);
        Assert.StartsWith($"Cannot read {folder["bans.log.2.gz"]}: ", warning);
        Assert.EndsWith(" Bans in it may be written twice.", warning);
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
