using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Policies;

/// <summary>A policy that <c>f2bbroker init</c> creates. The operator may change its values.</summary>
internal sealed record GroupPolicy(string Name, string Pattern, string ApplyTo, JsonObject Definition)
{
    private const int MaxBytes = 512 * 1024 * 1024;

    /// <summary>
    /// Limits the queues of the servers. 1,000,000 bans of 100 to 200 bytes fit into the bytes, and large bodies cannot fill the disk.
    /// </summary>
    public static GroupPolicy Bans { get; } = new("f2b.bans-limits", @"^f2b\.bans\.", "queues", new JsonObject
    {
        ["message-ttl"] = (long)TimeSpan.FromDays(7).TotalMilliseconds,
        ["max-length"] = 1_000_000,
        ["max-length-bytes"] = MaxBytes,
        ["overflow"] = "drop-head",
    });

    /// <summary>
    /// Limits quorum queues on RabbitMQ 4 as <see cref="Bans"/>, and removes their delivery limit. It is separate, because RabbitMQ 4
    /// ignores a policy with a delivery limit for classic queues, and 3.10, which has no such limit, accepts neither "quorum_queues" nor
    /// -1.
    /// </summary>
    public static GroupPolicy Quorum { get; } = Bans with
    {
        Name = "f2b.bans-quorum-limits",
        ApplyTo = "quorum_queues",
        Definition = WithoutDeliveryLimit(Bans.Definition),
    };

    /// <summary>
    /// Limits the stream of the bans. RabbitMQ deletes old messages with their segment, which holds some 7,000 bans, when a new segment
    /// begins. It takes the segment's size when the stream is declared.
    /// </summary>
    public static GroupPolicy History { get; } = new("f2b.history-limits", @"^f2b\.history$", "queues", new JsonObject
    {
        ["max-age"] = "1D",
        ["max-length-bytes"] = MaxBytes,
        ["stream-max-segment-size-bytes"] = 2 * 1024 * 1024,
    });

    /// <summary>Limits the stream of the health messages. Its segments are small, because RabbitMQ deletes only whole segments.</summary>
    public static GroupPolicy Health { get; } = new("f2b.health-limits", @"^f2b\.health$", "queues", new JsonObject
    {
        ["max-age"] = "7D",
        ["max-length-bytes"] = 64 * 1024 * 1024,
        ["stream-max-segment-size-bytes"] = 1024 * 1024,
    });

    /// <summary>Limits the stream of the pardons to about a million of them. It has no age limit: a pardon may be for ever.</summary>
    public static GroupPolicy Pardons { get; } = new("f2b.pardons-limits", @"^f2b\.pardons$", "queues", new JsonObject
    {
        ["max-length-bytes"] = 256 * 1024 * 1024,
        ["stream-max-segment-size-bytes"] = 4 * 1024 * 1024,
    });

    public string Path => ManagementApi.Path("policies", Topology.VirtualHost, Name);

    /// <summary>
    /// Returns true for RabbitMQ 4, which drops a message that a quorum queue has delivered more than 20 times, unless a policy says
    /// otherwise.
    /// </summary>
    /// <param name="overview">The management API's answer to <c>overview</c>.</param>
    public static bool IsQuorumNeeded(JsonNode? overview) =>
        int.TryParse(overview.Text("rabbitmq_version").Split('.')[0], out int major) && major >= 4;

    public static JsonObject WithoutDeliveryLimit(JsonNode definition)
    {
        JsonObject copy = (JsonObject)definition.DeepClone();
        copy["delivery-limit"] = -1;
        return copy;
    }

    /// <summary>Creates the policy and returns true. An existing policy stays unchanged.</summary>
    public async Task<bool> CreateAsync(ManagementApi api, CancellationToken cancel) =>
        await api.GetAsync(Path, cancel) is null && await api.PutAsync(Path, new JsonObject
        {
            ["pattern"] = Pattern,
            ["apply-to"] = ApplyTo,
            ["definition"] = Definition.DeepClone(),
        }, cancel);
}
