using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;

namespace F2bBroker.Admin.Policies;

/// <summary>Compares the definitions of two policies, and names the keys that differ: <c>max-length 10 instead of 1000000</c>.</summary>
internal static class PolicyDifferences
{
    private const string Overflow = "overflow";
    private const string DropHead = "drop-head";
    private const string DeliveryLimit = "delivery-limit";

    private static readonly string[] Limits =
        ["message-ttl", "max-length", "max-length-bytes", "max-age", "stream-max-segment-size-bytes"];

    /// <summary>Keys that delete a queue with its bans, or copy its bans elsewhere.</summary>
    private static readonly string[] Unwanted = ["expires", "dead-letter-exchange"];

    /// <summary>Returns the limits that are missing or have another value.</summary>
    public static IEnumerable<string> FindLimits(JsonObject expected, JsonObject actual) =>
        Limits
            .Where(key => expected.ContainsKey(key) && expected.Text(key) != actual.Text(key))
            .Select(key => actual.ContainsKey(key) ? $"{key} {actual.Text(key)} instead of {expected.Text(key)}" : $"no {key}");

    /// <summary>Returns the keys with which a queue loses bans or refuses them to their sender, whatever its limits are.</summary>
    /// <param name="isQuorum">True for a quorum queue.</param>
    /// <param name="hasDeliveryLimit">True if quorum queues have a delivery limit without a policy.</param>
    public static IEnumerable<string> FindHarmful(JsonObject actual, bool isQuorum, bool hasDeliveryLimit)
    {
        if (actual.ContainsKey(Overflow) && actual.Text(Overflow) != DropHead)
        {
            yield return $"{Overflow} {actual.Text(Overflow)} instead of {DropHead}";
        }

        foreach (string key in Unwanted.Where(actual.ContainsKey))
        {
            yield return $"{key} {actual.Text(key)}";
        }

        bool isLimited = actual.ContainsKey(DeliveryLimit) ? !actual.Text(DeliveryLimit).StartsWith('-') : hasDeliveryLimit;
        if (isQuorum && isLimited)
        {
            yield return actual.ContainsKey(DeliveryLimit) ? $"{DeliveryLimit} {actual.Text(DeliveryLimit)}" : $"no {DeliveryLimit}";
        }
    }

    /// <summary>Returns true if the definition limits neither the age nor the size of a queue.</summary>
    public static bool IsWithoutLimit(JsonObject definition) => !Limits.Any(definition.ContainsKey);

    /// <summary>Returns the definition that is in force with an operator policy: of two numbers the lower one.</summary>
    public static JsonObject Merge(JsonObject definition, JsonObject operatorDefinition)
    {
        JsonObject merged = (JsonObject)definition.DeepClone();
        foreach ((string key, JsonNode? value) in operatorDefinition)
        {
            bool isHigher = long.TryParse(definition.Text(key), out long own)
                && long.TryParse(operatorDefinition.Text(key), out long limit)
                && limit > own;
            if (!isHigher)
            {
                merged[key] = value?.DeepClone();
            }
        }

        return merged;
    }
}
