using System.Text.Json.Nodes;
using F2bBroker.Admin.Health;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Policies;
using F2bBroker.Admin.Status;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

/// <summary>What <c>status</c> says about a server that follows the stream.</summary>
public sealed class StreamServerProblemsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-29T08:00:00Z", null);

    [Theory]
    [InlineData(25, 24, "those from between are lost to web1")]
    [InlineData(23, 24, "more than half of the time for which the stream f2b.history holds the bans (since 2026-11-28T08:00:00.000Z)")]
    [InlineData(13, 24, "start it, or web1 misses bans.")]
    [InlineData(12, 24, null)]
    [InlineData(1, 24, null)]
    public void A_server_that_was_away_for_longer_than_the_stream_holds_is_named(int away, int held, string? message)
    {
        string? found = StreamServerProblems.FindMissed("web1", Sent(away), Start(held), Now);
        Assert.Equal(message is null, found is null);
        if (found is not null)
        {
            Assert.StartsWith($"web1's consumer has been away since {UtcTimestamp.Format(Now.AddHours(-away))}, ", found);
            Assert.Contains(message!, found);
        }
    }

    [Fact]
    public void A_stream_that_has_lost_nothing_an_unknown_one_and_a_running_consumer_are_no_problem()
    {
        Assert.Null(StreamServerProblems.FindMissed("web1", Sent(25), Start(24) with { IsFirst = true }, Now));
        Assert.Null(StreamServerProblems.FindMissed("web1", Sent(25), history: null, Now));
        Assert.Null(StreamServerProblems.FindMissed("web1", away: null, Start(24), Now));
    }

    [Theory]
    [InlineData("stopped", 1, true)]
    [InlineData("ready", 200, true)]
    [InlineData("ready", 1, false)]
    public void A_program_is_away_if_it_is_stopped_or_silent(string state, int seconds, bool isAway)
    {
        LastHealth last = Sent(Now.AddSeconds(-seconds), state);
        HealthSnapshot health = new(Now, new Dictionary<ProgramName, LastHealth> { [ProgramName.From(last.Message)] = last }, [], null);
        ServerPrograms programs = new("web1", Role.Receiver.ReceivingFrom(QueueType.Stream), [], health);
        Assert.Equal(isAway ? last : null, programs.FindAway("consumer"));
        Assert.Null(programs.FindAway("producer"));
    }

    [Fact]
    public void A_queue_that_nobody_reads_is_named_with_its_messages()
    {
        JsonNode queues = JsonNode.Parse(
            """[{"name":"f2b.bans.web1","type":"classic","messages":3},{"name":"f2b.bans.web2"},{"name":"f2b.history"}]""")!;
        BrokerPolicies policies = new([], null, new Dictionary<string, JsonNode>(), new Dictionary<string, JsonNode>(),
            new Dictionary<string, string>(), HasDeliveryLimit: false);
        BrokerState broker = new(queues, null, Array.Empty<ConnectedProgram>().ToLookup(program => program.User), policies, true);
        Assert.StartsWith(
            "web1 follows the stream, but there is a queue f2b.bans.web1, which it does not read (3 messages): delete it",
            Assert.Single(StreamServerProblems.FindQueues("web1", broker)));
        Assert.Contains("which it does not read: delete it", Assert.Single(StreamServerProblems.FindQueues("web2", broker)));
        Assert.Empty(StreamServerProblems.FindQueues("web3", broker));
        Assert.Equal(QueueType.Classic, broker.FindType("f2b.bans.web1"));
        Assert.Null(broker.FindType("f2b.bans.web3"));
    }

    private static HistoryStart Start(int hours) => new(Now.AddHours(-hours), IsFirst: false);

    private static LastHealth Sent(int hours) => Sent(Now.AddHours(-hours), "stopped");

    private static LastHealth Sent(DateTimeOffset at, string state) =>
        new(new HealthMessage("web1", "consumer", "0.2.0", UtcTimestamp.Format(at), state, []), at, Now);
}
