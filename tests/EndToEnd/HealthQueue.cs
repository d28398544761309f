using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests;

/// <summary>A queue that keeps all health messages of a group.</summary>
internal sealed class HealthQueue(RunningBroker broker)
{
    private const string Name = "health-of-test";

    /// <summary>Creates the exchange, if it does not exist, and a queue that is bound to it.</summary>
    public static async Task<HealthQueue> BindAsync(RunningBroker broker)
    {
        await broker.PutAsync($"exchanges/f2b/{Topology.HealthExchange}", new() { ["type"] = "fanout", ["durable"] = true });
        await broker.PutAsync($"queues/f2b/{Name}", new() { ["durable"] = true });
        await broker.BindAsync(Topology.HealthExchange, Name);
        return new HealthQueue(broker);
    }

    /// <summary>Returns the messages of a program, the oldest first, each with its properties.</summary>
    public async Task<IReadOnlyList<(JsonNode Body, JsonNode Properties)>> MessagesAsync(string program, string server = "web1") =>
    [
        .. (await broker.PeekAsync(Name))
            .Select(message => (JsonNode.Parse($"{message["payload"]}")!, message["properties"]!))
            .Where(message => $"{message.Item1["server"]} {message.Item1["program"]}" == $"{server} {program}"),
    ];

    /// <summary>Waits until the last message of a program meets the condition. Returns its body.</summary>
    public async Task<JsonNode> ShowsAsync(string program, Func<JsonNode, bool> condition, string server = "web1", TimeSpan? within = null)
    {
        IReadOnlyList<(JsonNode Body, JsonNode Properties)> messages = [];
        await Eventually.TrueAsync(
            async () => (messages = await MessagesAsync(program, server)).Count > 0 && condition(messages[^1].Body),
            () => $"{messages.Count} messages:\n{string.Join('\n', messages.Select(message => message.Body.ToJsonString()))}",
            within);
        return messages[^1].Body;
    }
}
