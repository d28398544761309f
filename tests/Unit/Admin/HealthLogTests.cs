using System.Text;
using F2bBroker.Admin.Health;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.UnitTests.Admin;

public sealed class HealthLogTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-29T08:00:00Z", null);
    private static readonly DateTimeOffset From = Now - HealthSnapshot.SilentAfter;

    private readonly HealthLog log = new();

    [Fact]
    public void The_last_message_of_each_program_counts()
    {
        Add(Health("web1", "consumer", "2026-11-29T07:58:00.000Z"));
        Add(Health("web1", "consumer", "2026-11-29T07:59:00.000Z"));
        Add(Health("web1", "producer", "2026-11-29T07:58:30.000Z"));
        HealthSnapshot health = log.Snapshot(Now);
        Assert.Equal(
            (60.0, 90.0, null),
            (Age(health, "web1", "consumer"), Age(health, "web1", "producer"), Age(health, "web2", "consumer")));
        Assert.Null(health.FloodedBy);
        Assert.Empty(health.Refused);
    }

    [Theory]
    [InlineData("2026-11-29T08:59:00.000Z", 3540)]
    [InlineData("2026-11-29T07:00:00.000Z", 150 - 3600)]
    [InlineData("2026-11-29T08:00:20.000Z", null)]
    [InlineData("2026-11-29T07:57:10.000Z", null)]
    public void A_wrong_clock_does_not_make_a_recent_message_old(string at, int? ahead)
    {
        Add(Health("web1", "consumer", at));
        LastHealth last = log.Snapshot(Now).Find("web1", "consumer")!;
        Assert.False(last.IsSilent(Now));
        Assert.Equal(ahead, (int?)last.ClockAhead?.TotalSeconds);
        Assert.Equal(ahead is null, last.AgeAt(Now) is not null);
    }

    [Theory]
    [InlineData("2026-11-29T07:30:00.000Z")]
    [InlineData("2026-11-29T08:00:00.000Z")]
    [InlineData("2020-01-01T00:00:00.000Z")]
    public void A_message_of_an_earlier_period_is_silent_whatever_the_server_says(string at)
    {
        ILookup<string, ProgramName> wanted = new[] { new ProgramName("web1", "consumer") }.ToLookup(program => program.Server);
        log.AddEarlier(Message(Health("web1", "producer", at), "web1"), wanted, Now - TimeSpan.FromHours(1), From);
        log.AddEarlier(Message(Health("web1", "consumer", at), "web1"), wanted, Now - TimeSpan.FromHours(1), From);
        log.AddEarlier(Message("{}", "web1"), wanted, Now - TimeSpan.FromHours(1), From);
        HealthSnapshot health = log.Snapshot(Now);
        Assert.True(health.Find("web1", "consumer")!.IsSilent(Now));
        Assert.Null(health.Find("web1", "producer"));
        Assert.Empty(health.Refused);
    }

    [Fact]
    public void What_does_not_count_is_counted_for_its_authenticated_sender()
    {
        string genuine = Health("web1", "consumer", "2026-11-29T07:59:00.000Z");
        Add(genuine, sender: "web9");
        Add(genuine, sender: null);
        Add("{}", sender: "web9");
        Add("nonsense", sender: "web9");
        Add("""{"server":"\ud800"}""", sender: "web9");
        Add(genuine + new string(' ', HealthMessage.MaxBytes), sender: "web9");
        Add(genuine.Replace("[]", "[null]", StringComparison.Ordinal), sender: "web1");
        Add(genuine.Replace("ready", "asleep", StringComparison.Ordinal), sender: "web1");
        log.Add(Message(genuine, "web1", exchange: "f2b.bans"), From, Now);
        log.Add(Message(genuine, "web1", isDeadLettered: true), From, Now);
        HealthSnapshot health = log.Snapshot(Now);
        Assert.Empty(health.Last);
        Assert.Equal(
            [
                new RefusedHealth("web9", IsForeign: false, "server 'web1' is not the sender 'web9'", 5),
                new RefusedHealth("", IsForeign: false, "user_id is missing, so the broker does not vouch for the sender", 1),
                new RefusedHealth("web1", IsForeign: false, "problems are too many or too long", 3),
                new RefusedHealth("web1", IsForeign: true, "published to the exchange 'f2b.bans'", 1),
            ],
            health.Refused);
    }

    [Fact]
    public void A_flood_is_attributed_to_the_sender_of_the_most_messages()
    {
        log.IsFlooded = true;
        Add(Health("web1", "consumer", "2026-11-29T07:59:00.000Z"));
        Add("{}", sender: "web9");
        Add("{}", sender: "web9");
        Assert.Equal("web9", log.Snapshot(Now).FloodedBy);
    }

    [Fact]
    public void Missing_programs_are_found()
    {
        Add(Health("web1", "consumer", "2026-11-29T07:59:00.000Z"));
        ProgramName producer = new("web1", "producer");
        Assert.Equal([producer], log.FindMissing([new ProgramName("web1", "consumer"), producer]));
    }

    private static string Health(string server, string program, string at) =>
        $$"""{"server":"{{server}}","program":"{{program}}","version":"0.2.0","at":"{{at}}","state":"ready","problems":[]}""";

    private static StreamMessage Message(
        string body,
        string? sender,
        string exchange = Topology.HealthExchange,
        bool isDeadLettered = false)
    {
        BasicProperties properties = new() { UserId = sender };
        if (isDeadLettered)
        {
            properties.Headers = new Dictionary<string, object?> { ["x-death"] = "" };
        }

        return new StreamMessage(0, 0, exchange, properties, Encoding.UTF8.GetBytes(body));
    }

    private static double? Age(HealthSnapshot health, string server, string program) =>
        health.Find(server, program)?.AgeAt(Now)?.TotalSeconds;

    private void Add(string body, string? sender = "web1") => log.Add(Message(body, sender), From, Now);
}
