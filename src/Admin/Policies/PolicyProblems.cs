using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Policies;

/// <summary>
/// Finds queues whose limits are not those of the policies of <c>f2bbroker init</c>: another policy displaced them, they were deleted or
/// changed, or an operator policy changes them.
/// </summary>
internal sealed class PolicyProblems(BrokerPolicies broker)
{
    private const string AlternateExchange = "alternate-exchange";
    private const string MaxAge = "max-age";

    /// <summary>Returns one problem for all queues with the same problem.</summary>
    public IReadOnlyList<PolicyProblem> Find() =>
    [
        .. broker.Queues
            .SelectMany(CheckQueue)
            .Concat(CheckExchange())
            .GroupBy(finding => (finding.Before, finding.After))
            .Select(same =>
                new PolicyProblem(
                    $"{same.Key.Before}{Name([.. same.Select(finding => finding.Object)])}{same.Key.After}",
                    [.. same.Select(finding => finding.Object)])),
    ];

    private IEnumerable<Finding> CheckQueue(JsonNode queue)
    {
        string name = queue.Text("name");
        string applied = queue.Text("policy");
        bool isQuorum = queue.Text("type") == QueueType.Quorum.Name;
        if (PolicyFor(name, isQuorum && broker.HasDeliveryLimit) is not { } own)
        {
            return [];
        }

        JsonObject actual = DefinitionOf(broker.Policies, applied) ?? [];
        string[] harmful = [.. FindHarmful(name, actual, isQuorum)];
        Finding? finding = applied == own.Name
            ? CheckOwn(own, name, PolicyDifferences.IsWithoutLimit(actual) ? [.. harmful, "no limit"] : harmful)
            : CheckOther(own, name, applied, [.. PolicyDifferences.FindLimits(Expected(own), actual), .. harmful]);
        return new[] { finding, CheckOperatorPolicy(name, actual, isQuorum) }.OfType<Finding>();
    }

    private static Finding? CheckOwn(GroupPolicy own, string queue, string[] values) => values.Length == 0
        ? null
        : new Finding(
            $"The policy {own.Name} has values on ",
            queue,
            $" with which messages are lost or the broker's disk can fill ({List(values)}): set it as docs/production.md shows.");

    private Finding? CheckOther(GroupPolicy own, string queue, string applied, string[] differences)
    {
        if (differences.Length == 0)
        {
            return null;
        }

        if (!broker.Policies.ContainsKey(own.Name))
        {
            return new Finding(
                $"The policy {own.Name} does not exist, which changes the limits of ",
                queue,
                $" ({List(differences)}): f2bbroker init creates it.");
        }

        if (applied.Length == 0)
        {
            return new Finding(
                $"The policy {own.Name} does not apply to ",
                queue,
                $" ({List(differences)}): correct its pattern and keys, or delete it and run f2bbroker init.");
        }

        string other = UntrustedText.Quote(applied);
        return new Finding(
            $"The policy {other} applies instead of {own.Name} to ",
            queue,
            $" ({List(differences)}): set a priority above {PriorityOf(applied)} for {own.Name}, or change the pattern of {other}.");
    }

    private Finding? CheckOperatorPolicy(string queue, JsonObject definition, bool isQuorum)
    {
        string applied = broker.OperatorPolicyOf.GetValueOrDefault(queue, "");
        if (DefinitionOf(broker.OperatorPolicies, applied) is not { } operatorDefinition)
        {
            return null;
        }

        JsonObject merged = PolicyDifferences.Merge(definition, operatorDefinition);
        string[] differences =
        [
            .. PolicyDifferences.FindLimits(definition, merged),
            .. FindHarmful(queue, merged, isQuorum).Except(FindHarmful(queue, definition, isQuorum)),
        ];
        string name = UntrustedText.Quote(applied);
        return differences.Length == 0
            ? null
            : new Finding(
                $"The operator policy {name} changes ",
                queue,
                $" ({List(differences)}): change its values or its pattern (rabbitmqctl set_operator_policy).");
    }

    private IEnumerable<Finding> CheckExchange()
    {
        string applied = broker.Exchange.Text("policy");
        if (DefinitionOf(broker.Policies, applied)?.ContainsKey(AlternateExchange) == true)
        {
            yield return new Finding(
                $"The policy {UntrustedText.Quote(applied)} sets {AlternateExchange} on ",
                Topology.BansExchange,
                ": RabbitMQ no longer returns a ban that no queue receives to its producer. Remove the key, or change the pattern.");
        }
    }

    /// <summary>Returns the policy that should apply to a queue; null if the queue is not the group's.</summary>
    private static GroupPolicy? PolicyFor(string queue, bool needsQuorumPolicy) =>
        queue == Topology.HistoryStream ? GroupPolicy.History
        : queue == Topology.HealthStream ? GroupPolicy.Health
        : queue == Topology.PardonsStream ? GroupPolicy.Pardons
        : Topology.FindServer(queue) is null ? null
        : needsQuorumPolicy ? GroupPolicy.Quorum
        : GroupPolicy.Bans;

    private IEnumerable<string> FindHarmful(string queue, JsonObject definition, bool isQuorum) =>
    [
        .. PolicyDifferences.FindHarmful(definition, isQuorum, broker.HasDeliveryLimit),
        // A pardon may be for ever.
        .. queue == Topology.PardonsStream && definition.ContainsKey(MaxAge)
            ? [$"{MaxAge} {definition.Text(MaxAge)}"]
            : Array.Empty<string>(),
    ];

    private JsonObject Expected(GroupPolicy own) => DefinitionOf(broker.Policies, own.Name) ?? own.Definition;

    private static JsonObject? DefinitionOf(IReadOnlyDictionary<string, JsonNode> policies, string name) =>
        policies.GetValueOrDefault(name)?["definition"] as JsonObject;

    private string PriorityOf(string policy) => broker.Policies.GetValueOrDefault(policy).Text("priority");

    private static string List(IEnumerable<string> differences) => UntrustedText.ToSingleLine(string.Join(", ", differences));

    private static string Name(IReadOnlyList<string> objects) =>
        objects.Count == 1 ? objects[0] : $"{objects[0]} and {objects.Count - 1} other queue{(objects.Count == 2 ? "" : "s")}";

    /// <summary>A problem of one queue or exchange: a message with the object's name between two texts.</summary>
    private sealed record Finding(string Before, string Object, string After);
}
