using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.UnitTests.Daemon;

public sealed class HealthBodyTests
{
    private static readonly HealthMessage Message =
        new("web1", HealthMessage.Consumer, "0.2.0", "2026-11-23T02:44:23.706Z", HealthMessage.Ready, [])
        {
            Written = 12,
            Skipped = new Dictionary<string, long> { ["older than maxage"] = 3 },
            Quarantined = [new QuarantinedServer("web9", "2026-11-23T03:14:23.706Z")],
            Backlog = new HealthBacklog(1),
        };

    [Fact]
    public void A_short_message_is_unchanged() =>
        Assert.Equal(
            """
            {"server":"web1","program":"consumer","version":"0.2.0","at":"2026-11-23T02:44:23.706Z","state":"ready","problems":["Full."],
            "written":12,"skipped":{"older than maxage":3},"quarantined":[{"server":"web9","until":"2026-11-23T03:14:23.706Z"}],
            "backlog":{"bans":1}}
            """.ReplaceLineEndings(""),
            Text(Message with { Problems = ["Full."] }));

    [Fact]
    public void Too_many_and_too_long_problems_are_cut()
    {
        HealthMessage parsed = Parse(Message with { Problems = [.. Enumerable.Repeat(new string('x', 301), 11)], Skipped = null });
        Assert.Equal(HealthMessage.MaxProblems, parsed.Problems.Count);
        Assert.All(parsed.Problems, text => Assert.Equal($"{new string('x', 299)}…", text));
    }

    [Fact]
    public void The_skipped_bans_are_left_out_first()
    {
        HealthMessage parsed = Parse(Message with { Skipped = Reasons(100) });
        Assert.Null(parsed.Skipped);
        Assert.Single(parsed.Quarantined!);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('\'')]
    [InlineData('\u0001')]
    [InlineData('\ud800')]
    [InlineData('ü')]
    public void Even_the_longest_message_is_valid_and_not_too_long(char letter)
    {
        HealthMessage parsed = Parse(Message with
        {
            Server = new string('a', 63),
            Problems = [.. Enumerable.Range(0, 20).Select(i => $"{i}{new string(letter, 1000)}")],
            Skipped = Reasons(200),
            Quarantined = [.. Enumerable.Range(0, 500).Select(i => new QuarantinedServer($"{i}{new string('b', 60)}", Message.At))],
            Enforcement = new Enforcement(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, Message.At),
            Backlog = new HealthBacklog(long.MaxValue, long.MaxValue, Message.At),
        });
        Assert.NotEmpty(parsed.Problems);
        Assert.Equal(12, parsed.Written);
    }

    private static Dictionary<string, long> Reasons(int count) =>
        Enumerable.Range(0, count).ToDictionary(i => $"a reason that is of some length {i}", i => (long)i);

    private static HealthMessage Parse(HealthMessage message)
    {
        byte[] body = HealthBody.Serialize(message);
        Assert.InRange(body.Length, 1, HealthMessage.MaxBytes);
        HealthMessage parsed = HealthJson.Parse(body);
        Assert.Null(parsed.Validate());
        return parsed;
    }

    private static string Text(HealthMessage message) => System.Text.Encoding.UTF8.GetString(HealthBody.Serialize(message));
}
