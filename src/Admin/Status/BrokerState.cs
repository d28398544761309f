using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>The management API's answers about queues, bindings, connections and policies.</summary>
/// <param name="Programs">The connected programs by user.</param>
/// <param name="HasStatistics">False if the broker's statistics are switched off.</param>
internal sealed record BrokerState(
    JsonNode? Queues,
    JsonNode? Bindings,
    ILookup<string, ConnectedProgram> Programs,
    BrokerPolicies Policies,
    bool HasStatistics)
{
    private readonly Dictionary<string, JsonNode> queues = Queues.Rows().ToDictionary(queue => queue.Text("name"));

    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public static async Task<BrokerState> ReadAsync(ManagementApi api, ConnectedProgramReader programs, CancellationToken cancel)
    {
        JsonNode? overview = await api.GetAsync("overview", cancel);
        bool hasStatistics = overview.Text("disable_stats") != "true";
        // The queues are asked for these counts. Those of the statistics are some seconds old, or absent.
        JsonNode? queues = await api.GetPagesAsync($"queues/{Topology.VirtualHost}?disable_stats=true&enable_queue_totals=true", cancel);
        return new BrokerState(
            queues,
            // Without this, each binding could bring 128 KB of arguments.
            await api.GetAsync(
                $"bindings/{Topology.VirtualHost}?columns=source,destination,destination_type,routing_key",
                cancel),
            await programs.ReadAsync(hasStatistics, cancel),
            await BrokerPolicies.ReadAsync(api, overview, queues, cancel),
            hasStatistics);
    }

    public bool HasQueue(string name) => queues.ContainsKey(name);

    /// <summary>Returns the number of messages in a queue, 0 if it does not exist; null if the broker does not count them.</summary>
    public long? CountMessages(string queue) =>
        queues.TryGetValue(queue, out JsonNode? found) ? found["messages"]?.GetValue<long>() : 0;

    /// <summary>Returns the type of a queue; null if the queue does not exist.</summary>
    public QueueType? FindType(string queue) => QueueType.Parse(queues.GetValueOrDefault(queue).Text("type"));

    /// <summary>Returns what is unknown because the statistics are switched off.</summary>
    public IEnumerable<string> DescribeUnknown()
    {
        if (!HasStatistics)
        {
            string operators = Policies.OperatorPolicies.Count == 0 ? "" : ", and operator policies";
            yield return "The broker's statistics are switched off: programs that send no health messages (?), and their clocks"
                + $"{operators} are not checked.";
        }
    }
}
