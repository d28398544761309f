using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Setup;

/// <summary><c>f2bbroker init</c>: creates what the group needs on the broker. Existing objects stay unchanged.</summary>
internal sealed class BrokerSetup(ManagementApi api, Action<string> write)
{
    private const string Policy = "f2b.bans-limits";
    private const string QuorumPolicy = "f2b.bans-quorum-limits";
    private const string VirtualHost = Topology.VirtualHost;

    private static readonly TimeSpan MaxMessageAge = TimeSpan.FromDays(7);
    private static readonly int MaxQueueMessages = 1_000_000;

    /// <summary>
    /// The maximum size of the bodies in a queue, in bytes. 1,000,000 bans of 100 to 200 bytes fit, and large bodies cannot fill the disk.
    /// </summary>
    private static readonly int MaxQueueBytes = 512 * 1024 * 1024;

    public async Task RunAsync(CancellationToken cancel)
    {
        WriteMessage($"Virtual host {VirtualHost}", await api.PutAsync(ManagementApi.Path("vhosts", VirtualHost), [], cancel));
        JsonObject all = new()
        {
            ["configure"] = ".*",
            ["write"] = ".*",
            ["read"] = ".*",
        };
        WriteMessage(
            $"Rights of '{api.User}' on it",
            await api.PutAsync(ManagementApi.Path("permissions", VirtualHost, api.User), all, cancel));
        WriteMessage($"Exchange {Topology.BansExchange}", await CreateExchangeAsync(cancel));
        WriteMessage($"Policy {Policy}", await CreatePolicyAsync(cancel));
        if (await HasDeliveryLimitAsync(cancel))
        {
            WriteMessage($"Policy {QuorumPolicy}", await CreateQuorumPolicyAsync(cancel));
        }

        await new HistorySetup(api, WriteMessage, write).RunAsync(cancel);
    }

    private async Task<bool> CreateExchangeAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("exchanges", VirtualHost, Topology.BansExchange);
        JsonNode? exchange = await api.GetAsync(path, cancel);
        if (exchange is null)
        {
            return await api.PutAsync(path, new JsonObject { ["type"] = "fanout", ["durable"] = true }, cancel);
        }

        return exchange.Text("type") == "fanout" && exchange["durable"]?.GetValue<bool>() == true
            ? false
            : throw new CommandFailedException(
                ExitCode.Configuration,
                $"An exchange {Topology.BansExchange} is there, but it is not fanout and durable. Delete it and run init again.");
    }

    /// <summary>Creates the limits of the queues. An existing policy stays unchanged.</summary>
    private async Task<bool> CreatePolicyAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("policies", VirtualHost, Policy);
        return await api.GetAsync(path, cancel) is null && await api.PutAsync(path, new JsonObject
        {
            ["pattern"] = @"^f2b\.bans\.",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject
            {
                ["message-ttl"] = (long)MaxMessageAge.TotalMilliseconds,
                ["max-length"] = MaxQueueMessages,
                ["max-length-bytes"] = MaxQueueBytes,
                ["overflow"] = "drop-head",
            },
        }, cancel);
    }

    /// <summary>
    /// Returns true for RabbitMQ 4, which drops a message that a quorum queue has delivered more than 20 times, unless a policy says
    /// otherwise.
    /// </summary>
    private async Task<bool> HasDeliveryLimitAsync(CancellationToken cancel) =>
        int.TryParse((await api.GetAsync("overview", cancel)).Text("rabbitmq_version").Split('.')[0], out int major) && major >= 4;

    /// <summary>
    /// Creates a policy with the limits of all queues and without a delivery limit. It is separate, because RabbitMQ 4 ignores a policy
    /// with a delivery limit for classic queues, and 3.10, which has no such limit, accepts neither "quorum_queues" nor -1.
    /// </summary>
    private async Task<bool> CreateQuorumPolicyAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("policies", VirtualHost, QuorumPolicy);
        if (await api.GetAsync(path, cancel) is not null)
        {
            return false;
        }

        JsonNode limits = (await api.GetAsync(ManagementApi.Path("policies", VirtualHost, Policy), cancel))!;
        JsonObject definition = (JsonObject)limits["definition"]!.DeepClone();
        definition["delivery-limit"] = -1;
        return await api.PutAsync(path, new JsonObject
        {
            ["pattern"] = limits["pattern"]!.DeepClone(),
            ["apply-to"] = "quorum_queues",
            ["priority"] = 1 + (limits["priority"]?.GetValue<int>() ?? 0),
            ["definition"] = definition,
        }, cancel);
    }

    private void WriteMessage(string what, bool isNew) => write($"{what}: {(isNew ? "created" : "already exists")}.");
}
