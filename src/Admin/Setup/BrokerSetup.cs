using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Pardons;
using F2bBroker.Admin.Policies;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Setup;

/// <summary>
/// <c>f2bbroker init</c>: creates what the group needs on the broker, and extends the permissions of servers that version 0.1 enrolled.
/// All else stays unchanged.
/// </summary>
internal sealed class BrokerSetup(ManagementApi api, Retention retention, Action<string> write)
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
        // Before the objects: a daemon that finds the exchange of the health messages may publish to it.
        await new PermissionRenewal(api, write).RunAsync(cancel);
        if (await retention.ChangeAsync(api, GroupPolicy.History, cancel) is { } changes)
        {
            write($"Policy {GroupPolicy.History.Name}: changed ({changes}).");
        }

        await CreateStreamsAsync(cancel);
        WriteMessage($"Policy {GroupPolicy.Bans.Name}", await GroupPolicy.Bans.CreateAsync(api, cancel));
        JsonNode? overview = await api.GetAsync("overview", cancel);
        if (GroupPolicy.IsQuorumNeeded(overview))
        {
            WriteMessage($"Policy {GroupPolicy.Quorum.Name}", await CreateQuorumPolicyAsync(cancel));
        }

        foreach (PolicyProblem problem in new PolicyProblems(await BrokerPolicies.ReadAsync(api, overview, cancel)).Find())
        {
            write(problem.Message);
        }
    }

    /// <summary>Creates exchanges and streams. Warns once if the broker has no streams: everything else works without.</summary>
    private async Task CreateStreamsAsync(CancellationToken cancel)
    {
        List<GroupStream> missing = [];
        string reason = "";
        foreach (GroupStream stream in GroupStream.All)
        {
            bool isEmpty = !await stream.ExistsAsync(api, cancel) || await stream.IsEmptyAsync(api, cancel);
            if (await WithRetention(stream).CreateAsync(api, WriteMessage, cancel) is { } refusal)
            {
                missing.Add(stream);
                reason = refusal;
            }
            else if (isEmpty && stream.Name == Topology.PardonsStream)
            {
                await new PardonPublisher(api, TimeProvider.System).PublishFirstAsync(cancel);
            }
        }

        if (missing.Count > 0)
        {
            write(
                $"No stream {string.Join(" and no stream ", missing.Select(stream => stream.Name))}: "
                    + $"{string.Join("; ", missing.Select(stream => stream.WithoutIt))}. All else works. {reason}");
        }
    }

    private GroupStream WithRetention(GroupStream stream) => stream.Name == Topology.HistoryStream
        ? stream with { Policy = retention.Apply(stream.Policy) }
        : stream;

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
