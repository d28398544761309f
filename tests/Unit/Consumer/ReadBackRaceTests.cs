using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

/// <summary>The monitored log is rotated while a consumer starts.</summary>
public sealed class ReadBackRaceTests
{
    private const int Times = 500;

    private readonly FakeTimeProvider clock = Some.Clock();

    [Fact]
    public async Task A_start_while_the_log_is_rotated_knows_all_bans_and_the_last_position()
    {
        PositionLine last = new(Some.Time, 7, new string('a', 32));
        Ban[] bans = [Some.Ban("203.0.113.1"), Some.Ban("203.0.113.2")];
        for (int i = 0; i < Times; i++)
        {
            using TempFolder folder = new();
            string log = folder["bans.log"];
            File.WriteAllText($"{log}.1", Line(MonitoredLogLine.BanText(bans[0])));
            File.WriteAllText(log, Line(MonitoredLogLine.BanText(bans[1])) + Line(last.Text));
            Task rotation = Logrotate.RotateAsync(log);
            Thread.SpinWait(Random.Shared.Next(30_000));
            List<string> warnings = [];
            BanEvaluator evaluator = Load(log, warnings);
            PositionLine? position = LastPosition.Find(log, warnings.Add, out _);
            await rotation;
            Assert.All(bans, ban => Assert.Equal(new BanOutcome.Duplicate(), evaluator.Evaluate(ban)));
            Assert.Equal(last, position);
            Assert.Empty(warnings);
        }
    }

    private BanEvaluator Load(string log, List<string> warnings)
    {
        Settings settings = Some.Settings($"consumer:logpath={log}");
        ServerQuarantine quarantine = new(settings, clock, NullLogger<ServerQuarantine>.Instance);
        BanEvaluator evaluator = new(settings.Consumer, quarantine, new LatestBanTime(clock), clock);
        new WrittenLinesLoader(settings.Consumer, evaluator, clock).Load(warnings.Add);
        return evaluator;
    }

    private static string Line(string text) => MonitoredLogLine.Format(Some.Time, text);
}
