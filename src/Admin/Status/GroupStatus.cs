using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Reads the status of all servers: connections, waiting messages, reports and problems.</summary>
internal sealed class GroupStatus(ManagementApi api, TimeProvider time)
{
    /// <param name="reported">The reports of each server; null without a stream.</param>
    /// <exception cref="CommandFailedException">The broker is not set up, or refuses.</exception>
    public async Task<GroupSnapshot> ReadAsync(IReadOnlyDictionary<string, ReportSummary>? reported, CancellationToken cancel)
    {
        Dictionary<string, Role?> servers = await ReadServersAsync(cancel);
        BrokerState broker = await BrokerState.ReadAsync(api, cancel);
        ILookup<string, string> quarantined = Quarantined(servers.Keys, broker.Bindings.Rows());
        ILookup<string, string> doubts = QueueAnomalies.Find(broker.Queues, broker.Bindings);
        IReadOnlyList<PolicyProblem> policies = new PolicyProblems(broker.Policies).Find();
        return new GroupSnapshot(
            [
                .. servers
                    .OrderBy(server => server.Key, StringComparer.Ordinal)
                    .Select(server =>
                        Status(
                            server.Key,
                            server.Value,
                            broker,
                            reported,
                            [.. quarantined[server.Key]],
                            doubts[server.Key],
                            policies.Where(problem => problem.Concerns(server.Key)))),
            ],
            [.. policies.Select(problem => problem.Message), .. broker.DescribeUnknown()]);
    }

    /// <summary>Returns the roles of the servers: of all users of the virtual host that have no tag.</summary>
    private async Task<Dictionary<string, Role?>> ReadServersAsync(CancellationToken cancel)
    {
        JsonNode permissions = await api.GetAsync(ManagementApi.Path("vhosts", Topology.VirtualHost, "permissions"), cancel)
            ?? throw new CommandFailedException(
                ExitCode.Configuration,
                $"The broker has no virtual host {Topology.VirtualHost}: run f2bbroker init first.");
        HashSet<string> operators =
        [
            .. (await api.GetAsync("users", cancel))
                .Rows()
                .Where(user => ServerUser.TagsOf(user).Any())
                .Select(user => user.Text("name")),
        ];
        return permissions.Rows()
            .Where(permission => !operators.Contains(permission.Text("user")))
            .ToDictionary(permission => permission.Text("user"), permission => ServerUser.ReadRole(permission, permission.Text("user")));
    }

    private static ServerStatus Status(
        string server,
        Role? role,
        BrokerState broker,
        IReadOnlyDictionary<string, ReportSummary>? reported,
        IReadOnlyList<string> quarantinedBy,
        IEnumerable<string> doubts,
        IEnumerable<PolicyProblem> policies)
    {
        long? errors = broker.CountMessages(Topology.ErrorQueueFor(server));
        ServerPrograms programs = new(role, [.. broker.Programs[server]]);
        ServerProblems todo = new(server, role, broker.HasQueue(Topology.QueueFor(server)), programs);
        ReportSummary? reports = reported?.GetValueOrDefault(server);
        return new ServerStatus(
            server,
            role?.Name,
            programs.Names,
            broker.CountMessages(Topology.QueueFor(server)),
            errors,
            reports is null ? null : UtcTimestamp.Format(reports.Last),
            reported is null ? null : reports?.Count ?? 0,
            quarantinedBy,
            [.. doubts],
            [.. todo.Find(errors, quarantinedBy), .. policies.Select(problem => problem.Message)]);
    }

    /// <summary>
    /// Returns by whom each server is quarantined, from the bindings of the error queues. Expired bindings may still exist.
    /// </summary>
    private ILookup<string, string> Quarantined(IEnumerable<string> names, IEnumerable<JsonNode> bindings)
    {
        Dictionary<string, string> serverOf = names.ToDictionary(Topology.ErrorQueueFor);
        return bindings
            .Select(binding =>
                (
                    By: serverOf.GetValueOrDefault(binding.Text("destination")),
                    Sign: QuarantineRoutingKey.Parse(binding.Text("routing_key"))))
            .Where(found => found.By is not null && found.Sign?.Until > time.GetUtcNow())
            .Select(found => (By: found.By!, found.Sign!.Value.Server))
            .Distinct()
            .ToLookup(found => found.Server, found => found.By);
    }
}
