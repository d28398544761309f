using System.Globalization;
using System.Text;
using F2bBroker.Fuzz.Oracles;
using F2bBroker.UnitTests.Producer.Fuzz;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>
/// Checks on random logs that only bans are read as bans and that none is missed, by an oracle that is independent of the parser.
/// </summary>
[Trait("Form", "long")]
public sealed class FuzzTests
{
    private const int LinesPerLog = 10_000;

    private static readonly int Logs = Soak.Times(inShort: 2, inSoak: 100);

    private static readonly int Seed = Soak.GivenSeed ?? Soak.Times(inShort: 1, inSoak: Random.Shared.Next());

    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone(
        "Ahead",
        TimeSpan.FromHours(2),
        displayName: null,
        standardDisplayName: null);

    private static readonly SoakTable Table = new(
        "fuzz",
        "format",
        "lines generated",
        "lines mutated",
        "bans among them",
        "read that fail2ban did not ban",
        "missed",
        "seconds",
        "seed");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_read_that_fail2ban_did_not_ban_and_no_ban_is_missed(bool isSyslog)
    {
        long start = TimeProvider.System.GetTimestamp();
        Outcome outcome = new();
        for (int log = 0; log < Logs; log++)
        {
            await RunAsync(unchecked(Seed + log), isSyslog, outcome);
        }

        string seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds.ToString("f0", CultureInfo.InvariantCulture);
        Table.Add(
            isSyslog ? "syslog" : "file",
            outcome.Generated,
            outcome.Mutated,
            outcome.Bans,
            outcome.Wrong,
            outcome.Missed,
            seconds,
            Seed);
        Assert.True(outcome.Errors.Length == 0, $"Seed {Seed}: {outcome.Wrong} read wrongly, {outcome.Missed} missed.\n{outcome.Errors}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_oracle_finds_the_bans_of_the_corpus(bool isSyslog) =>
        Assert.All(Corpus(isSyslog), line =>
            Assert.Equal(line.Expected.Ban, Oracle(isSyslog).FindBan(Encoding.UTF8.GetString(line.Bytes)) is not null));

    private static async Task RunAsync(int seed, bool isSyslog, Outcome outcome)
    {
        try
        {
            Random random = new(seed);
            SimulatedFail2Ban fail2ban = new(random, isSyslog, Now, Zone.BaseUtcOffset);
            FuzzedLog log = FuzzedLog.Create(LinesPerLog, random, Corpus(isSyslog).Select(line => line.Bytes), fail2ban, Oracle(isSyslog));
            outcome.Add(log, await ReadAsync(log, isSyslog));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
        }
    }

    private static Oracle Oracle(bool isSyslog) => new(isSyslog, Now, Zone.BaseUtcOffset);

    private static IEnumerable<CorpusLine> Corpus(bool isSyslog) => CorpusTests.Files
        .Select(row => row.Data)
        .Where(file => isSyslog == (file == "syslog.log"))
        .SelectMany(CorpusFile.Read);

    private static async Task<IReadOnlyDictionary<long, TrueBan>> ReadAsync(FuzzedLog log, bool isSyslog)
    {
        using TempFolder folder = new();
        FakeTimeProvider clock = new(Now);
        clock.SetLocalTimeZone(Zone);
        File.WriteAllBytes(folder["fail2ban.log"], log.Text);
        return (await WholeLog.ReadAsync(folder["fail2ban.log"], isSyslog, clock))
            .Where(line => line.Value.Ban is not null)
            .ToDictionary(line => line.Key, line => TrueBan.From(line.Value.Ban!));
    }
}
