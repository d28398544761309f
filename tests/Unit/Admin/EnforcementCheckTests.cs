using F2bBroker.Admin.Health;
using F2bBroker.Admin.Status;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class EnforcementCheckTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-29T08:00:00Z", null);

    [Theory]
    [InlineData("07:50", "07:50", null, "yes")]
    [InlineData("07:50", "07:59", null, "yes")]
    [InlineData("07:50", "07:46", null, "yes")]
    [InlineData("07:50", "07:40", null, "no")]
    [InlineData("07:58", "07:40", null, null)]
    [InlineData("07:50", null, "07:40", "no")]
    [InlineData("07:50", null, "07:55", null)]
    [InlineData("07:50", null, null, null)]
    public void A_written_ban_is_enforced_if_fail2ban_has_banned_since(string written, string? logged, string? read, string? answer)
    {
        EnforcementCheck found = EnforcementCheck.Find(Consumer(14, written), Producer(logged, read), Now);
        Assert.Equal(answer, found.Answer);
        Assert.Equal(answer == "no", found.Problem is not null);
    }

    [Fact]
    public void Without_a_producer_or_its_counts_it_is_unknown_and_without_a_ban_there_is_nothing_to_enforce()
    {
        Assert.Null(EnforcementCheck.Find(Consumer(14, "07:50"), null, Now).Answer);
        Assert.Null(EnforcementCheck.Find(null, Producer("07:50", null), Now).Answer);
        LastHealth producer = Producer("07:50", null);
        Assert.Null(
            EnforcementCheck.Find(
                Consumer(14, "07:50"),
                producer with { Message = producer.Message with { Enforcement = null } },
                Now).Answer);
        Assert.Equal("none", EnforcementCheck.Find(Consumer(0, null), producer, Now).Answer);
        Assert.Null(EnforcementCheck.Find(Consumer(14, "soon"), producer, Now).Answer);
    }

    [Theory]
    [InlineData(3, 3, 0, "failed to execute the action of 3 bans: ")]
    [InlineData(1, 1, 0, "failed to execute the action of 1 ban: ")]
    [InlineData(3, 6, 3, "failed to execute the action of 6 bans: ")]
    [InlineData(3, 3, 3, null)]
    [InlineData(4, 3, 0, null)]
    public void Failed_actions_are_named_until_bans_succeed(long banned, long failed, long restored, string? problem)
    {
        LastHealth producer = Producer("07:50", null);
        Enforcement counts = new(banned, AlreadyBanned: 0, Ignored: 0, restored, failed, LastAt: Time("07:50"));
        EnforcementCheck found = EnforcementCheck.Find(
            Consumer(14, "07:50"),
            producer with { Message = producer.Message with { Enforcement = counts } },
            Now);
        Assert.Equal(problem is null ? "yes" : "no", found.Answer);
        Assert.StartsWith(problem is null ? "" : $"web1's fail2ban {problem}", found.Problem ?? "");
    }

    [Fact]
    public void A_consumer_on_trial_and_a_bridge_have_nothing_to_enforce()
    {
        LastHealth consumer = Consumer(14, "07:50");
        HealthMessage[] messages = [consumer.Message with { Trial = true }, consumer.Message with { Bridge = true }];
        Assert.All(messages, message => Assert.Equal(
            EnforcementCheck.NothingToBan,
            EnforcementCheck.Find(consumer with { Message = message }, Producer("07:40", null), Now)));
        Assert.Equal("no", EnforcementCheck.Find(
            consumer with { Message = consumer.Message with { Trial = false, Bridge = false } },
            Producer("07:40", null),
            Now).Answer);
    }

    private static LastHealth Consumer(long written, string? lastBan) =>
        Last("consumer", message => message with { Written = written, LastBanAt = Time(lastBan) });

    private static LastHealth Producer(string? logged, string? read) => Last("producer", message => message with
    {
        LastBanAt = Time(read),
        Enforcement = new Enforcement(Banned: 0, AlreadyBanned: 0, Ignored: 0, Restored: 0, Failed: 0, Time(logged)),
    });

    private static LastHealth Last(string program, Func<HealthMessage, HealthMessage> change) => new(
        change(new HealthMessage("web1", program, "0.2.0", UtcTimestamp.Format(Now), "ready", [])),
        Now - HealthSnapshot.SilentAfter,
        Now);

    private static string? Time(string? clock) => clock is null ? null : clock.Contains(':') ? $"2026-11-29T{clock}:00.000Z" : clock;
}
