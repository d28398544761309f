using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>
/// Real daemons and a real broker in any order of events: the monitored logs contain what <see cref="ModelGroup"/> expects. The variable
/// F2BBROKER_SEED repeats one group's events.
/// </summary>
[Trait("Form", "long")]
public sealed class SystemModelTests(PrivateBroker broker) : IClassFixture<PrivateBroker>
{
    private static readonly SoakTable Table = new(
        "model",
        "groups",
        "steps",
        "bans",
        "lines",
        "lost",
        "twice in one file",
        "invented",
        "pardoned");

    private static readonly int Groups = Soak.GivenSeed is null ? Soak.Times(inShort: 1, inSoak: 30) : 1;

    private static readonly int Steps = Soak.GivenSeed is null ? Soak.Times(inShort: 60, inSoak: int.MaxValue) : int.MaxValue;

    // Two bans of one address have different times.
    private const int MillisecondsBetween = 20;

    private readonly List<Findings> all = [];

    [Fact]
    public async Task No_order_of_events_loses_repeats_or_invents_a_ban_or_writes_a_pardoned_one()
    {
        int steps = 0;
        List<string> failures = [];
        for (int i = 0; i < Groups; i++)
        {
            int seed = Soak.GivenSeed ?? Random.Shared.Next();
            Step[] order = [.. Step.Shuffle(new Random(seed)).Take(Steps)];
            steps += order.Length;
            if (await LiveAsync(order) is { } failure)
            {
                failures.Add($"Seed {seed}:\n{failure}");
            }
        }

        Table.Add(
            Groups,
            steps,
            all.Sum(findings => findings.Bans),
            all.Sum(findings => findings.Lines),
            all.Sum(findings => findings.Lost.Count),
            all.Sum(findings => findings.Twice.Count),
            all.Sum(findings => findings.Invented.Count),
            all.Sum(findings => findings.Pardoned.Count));
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    /// <summary>Returns what has failed, with the events before; null if nothing has.</summary>
    private async Task<string?> LiveAsync(Step[] order)
    {
        List<string> done = [];
        await using ModelGroup group = await ModelGroup.StartAsync(broker);
        Exception? failure = await Record.ExceptionAsync(async () =>
        {
            long start = TimeProvider.System.GetTimestamp();
            foreach (Step step in order)
            {
                done.Add($"{TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s: {step.Text}");
                await step.DoAsync(group);
                await Task.Delay(TimeSpan.FromMilliseconds(MillisecondsBetween), TimeProvider.System);
            }

            await group.SettleAsync();
        });
        Findings findings = new(group);
        all.Add(findings);
        string[] differences = [.. findings.All, .. failure is null ? await group.FindErrorQueuesAsync() : []];
        return failure is null && differences.Length == 0
            ? null
            : string.Join('\n', [.. done, $"{failure}", .. differences, .. await group.DescribeAsync()]);
    }
}
