using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Producing;

/// <summary>The message that the producer publishes for a ban.</summary>
public sealed class PublishedBanTests(TestBroker broker)
{
    [Fact]
    public async Task A_ban_is_compact_JSON_with_the_properties_of_the_protocol()
    {
        await using TestGroup group = await TestGroup.StartAsync(broker);
        Server origin = await group.EnrollAsync("a");
        Server receiver = await group.EnrollAsync("b");
        Daemon producer = await origin.StartProducerAsync();
        await origin.LogBansAsync("203.0.113.7");
        IReadOnlyList<JsonNode> waiting = [];
        await Eventually.TrueAsync(
            async () => (waiting = await broker.PeekAsync(Topology.QueueFor(receiver.Name))).Count > 0,
            () => producer.Said);
        JsonNode message = Assert.Single(waiting);
        Assert.Matches(
            $$"""^\{"ip":"203\.0\.113\.7","jail":"sshd","server":"{{origin.Name}}","detectedAt":"20[0-9T:.-]+Z"\}$""",
            message["payload"]!.ToString());
        JsonNode properties = message["properties"]!;
        Assert.Equal(
            (origin.Name, 2, "application/json"),
            ((string?)properties["user_id"], (int?)properties["delivery_mode"], (string?)properties["content_type"]));
    }
}
