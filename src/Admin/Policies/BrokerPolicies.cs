using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Policies;

/// <summary>The policies of the virtual host, and which of them the broker applies to which queue.</summary>
/// <param name="Queues">The queues, each with the name of its policy.</param>
/// <param name="Exchange">The exchange of the bans, with the name of its policy.</param>
/// <param name="Policies">The policies by name.</param>
/// <param name="OperatorPolicies">The operator policies by name. RabbitMQ merges them into the other policies.</param>
/// <param name="OperatorPolicyOf">The names of the operator policies by queue, as far as the broker's statistics contain them.</param>
/// <param name="HasDeliveryLimit">True if quorum queues have a delivery limit without a policy.</param>
internal sealed record BrokerPolicies(
    IReadOnlyList<JsonNode> Queues,
    JsonNode? Exchange,
    IReadOnlyDictionary<string, JsonNode> Policies,
    IReadOnlyDictionary<string, JsonNode> OperatorPolicies,
    IReadOnlyDictionary<string, string> OperatorPolicyOf,
    bool HasDeliveryLimit)
{
    private const string Host = Topology.VirtualHost;

    /// <param name="overview">The management API's answer to <c>overview</c>.</param>
    public static async Task<BrokerPolicies> ReadAsync(ManagementApi api, JsonNode? overview, CancellationToken cancel) =>
        await ReadAsync(api, overview, await api.GetPagesAsync($"queues/{Host}?disable_stats=true", cancel), cancel);

    /// <param name="queues">The queues without statistics: then the policy is that of the queue's record, which a change of a policy
    /// updates at once.</param>
    /// <inheritdoc cref="ReadAsync(ManagementApi, JsonNode?, CancellationToken)"/>
    public static async Task<BrokerPolicies> ReadAsync(
        ManagementApi api,
        JsonNode? overview,
        JsonNode? queues,
        CancellationToken cancel)
    {
        Dictionary<string, JsonNode> operatorPolicies = ByName(await api.GetAsync($"operator-policies/{Host}", cancel));
        // Only the statistics contain the operator policy, and they take long for many queues.
        JsonNode? statistics = operatorPolicies.Count == 0
            ? null
            : await api.GetPagesAsync($"queues/{Host}?columns=name,operator_policy", cancel);
        return new BrokerPolicies(
            [.. queues.Rows()],
            await api.FindExchangeAsync(Topology.BansExchange, cancel),
            ByName(await api.GetAsync($"policies/{Host}", cancel)),
            operatorPolicies,
            statistics.Rows().ToDictionary(queue => queue.Text("name"), queue => queue.Text("operator_policy")),
            GroupPolicy.IsQuorumNeeded(overview));
    }

    private static Dictionary<string, JsonNode> ByName(JsonNode? policies) => policies.Rows().ToDictionary(policy => policy.Text("name"));
}
