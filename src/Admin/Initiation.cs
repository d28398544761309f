using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker init</c>: what the group needs on the broker before any server. What is there stays as it is.</summary>
internal sealed class Initiation(ManagementApi api, Action<string> tell)
{
    private const string Policy = "f2b.bans-limits";
    private const string VirtualHost = Topology.VirtualHost;

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);
    private static readonly int LongestQueue = 1_000_000;

    /// <summary>Bytes of the bodies in a queue: 1,000,000 bans of the usual 100 to 200 bytes fit, and large bodies cannot fill the disk instead.</summary>
    private static readonly int LargestQueue = 512 * 1024 * 1024;

    public async Task RunAsync(CancellationToken cancel)
    {
        Tell($"Virtual host {VirtualHost}", await api.PutAsync(ManagementApi.Path("vhosts", VirtualHost), [], cancel));
        JsonObject all = new() { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" };
        Tell($"Rights of '{api.User}' on it", await api.PutAsync(ManagementApi.Path("permissions", VirtualHost, api.User), all, cancel));
        Tell($"Exchange {Topology.Bans}", await MakeExchangeAsync(cancel));
        Tell($"Policy {Policy}", await MakePolicyAsync(cancel));
        await new HistorySetup(api, Tell, tell).RunAsync(cancel);
    }

    private async Task<bool> MakeExchangeAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("exchanges", VirtualHost, Topology.Bans);
        JsonNode? exchange = await api.GetAsync(path, cancel);
        if (exchange is null)
        {
            return await api.PutAsync(path, new JsonObject { ["type"] = "fanout", ["durable"] = true }, cancel);
        }

        return exchange["type"]?.ToString() == "fanout" && exchange["durable"]?.GetValue<bool>() == true
            ? false
            : throw new AdminFault(ExitCode.Configuration, $"An exchange {Topology.Bans} is there, but it is not fanout and durable. Delete it and run init again.");
    }

    /// <summary>Limits of the queues; an operator who has changed them keeps them.</summary>
    private async Task<bool> MakePolicyAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("policies", VirtualHost, Policy);
        return await api.GetAsync(path, cancel) is null && await api.PutAsync(path, new JsonObject
        {
            ["pattern"] = @"^f2b\.bans\.",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject
            {
                ["message-ttl"] = (long)LongestWait.TotalMilliseconds,
                ["max-length"] = LongestQueue,
                ["max-length-bytes"] = LargestQueue,
                ["overflow"] = "drop-head",
            },
        }, cancel);
    }

    private void Tell(string what, bool isNew) => tell($"{what}: {(isNew ? "made" : "was there")}.");
}
