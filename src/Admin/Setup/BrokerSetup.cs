using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Setup;

/// <summary><c>f2bbroker init</c>: creates what the group needs on the broker. Existing objects stay unchanged.</summary>
internal sealed class BrokerSetup(ManagementApi api, Action<string> write)
{
    private const string VirtualHost = Topology.VirtualHost;

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
        WriteMessage($"Policy {GroupPolicy.Bans.Name}", await GroupPolicy.Bans.CreateAsync(api, cancel));
        JsonNode? overview = await api.GetAsync("overview", cancel);
        if (GroupPolicy.IsQuorumNeeded(overview))
        {
            WriteMessage($"Policy {GroupPolicy.Quorum.Name}", await CreateQuorumPolicyAsync(cancel));
        }

        await new HistorySetup(api, WriteMessage, write).RunAsync(cancel);
        foreach (PolicyProblem problem in new PolicyProblems(await BrokerPolicies.ReadAsync(api, overview, cancel)).Find())
        {
            write(problem.Message);
        }
    }

    private async Task<bool> CreateExchangeAsync(CancellationToken cancel)
    {
        JsonNode? exchange = await api.FindExchangeAsync(Topology.BansExchange, cancel);
        if (exchange is null)
        {
            string path = ManagementApi.Path("exchanges", VirtualHost, Topology.BansExchange);
            return await api.PutAsync(path, new JsonObject { ["type"] = "fanout", ["durable"] = true }, cancel);
        }

        return exchange.Text("type") == "fanout" && exchange["durable"]?.GetValue<bool>() == true
            ? false
            : throw new CommandFailedException(
                ExitCode.Configuration,
                $"An exchange {Topology.BansExchange} is there, but it is not fanout and durable. Delete it and run init again.");
    }

    /// <summary>Creates the policy with the operator's own limits, and with a higher priority.</summary>
    private async Task<bool> CreateQuorumPolicyAsync(CancellationToken cancel)
    {
        if (await api.GetAsync(GroupPolicy.Quorum.Path, cancel) is not null)
        {
            return false;
        }

        JsonNode limits = (await api.GetAsync(GroupPolicy.Bans.Path, cancel))!;
        return await api.PutAsync(GroupPolicy.Quorum.Path, new JsonObject
        {
            ["pattern"] = limits["pattern"]!.DeepClone(),
            ["apply-to"] = GroupPolicy.Quorum.ApplyTo,
            ["priority"] = 1 + (limits["priority"]?.GetValue<int>() ?? 0),
            ["definition"] = GroupPolicy.WithoutDeliveryLimit(limits["definition"]!),
        }, cancel);
    }

    private void WriteMessage(string what, bool isNew) => write($"{what}: {(isNew ? "created" : "already exists")}.");
}
