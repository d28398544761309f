using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Reads the status of all servers: connections, waiting messages, reports and problems.</summary>
internal sealed class GroupStatus(ManagementApi api, TimeProvider time)
{
    /// <param name="reported">The reports of each server; null without a stream.</param>
    /// <exception cref="CommandFailedException">The broker is not set up, or refuses.</exception>
    public async Task<IReadOnlyList<ServerStatus>> ReadAsync(IReadOnlyDictionary<string, ReportSummary>? reported, CancellationToken cancel)
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
        JsonNode? queues = await api.GetAsync(ManagementApi.Path("queues", Topology.VirtualHost), cancel);
        // Without this, each binding could bring 128 KB of arguments.
        JsonNode? bindings = await api.GetAsync(
            $"bindings/{Topology.VirtualHost}?columns=source,destination,destination_type,routing_key",
            cancel);
        Dictionary<string, long> messages = queues
            .Rows()
            .ToDictionary(queue => queue.Text("name"), queue => queue["messages"]?.GetValue<long>() ?? 0);
        ILookup<string, ConnectedProgram> programs = (await api.GetAsync("connections", cancel)).Rows()
            .Where(connection => connection.Text("vhost") == Topology.VirtualHost)
            .Select(ConnectedProgram.FromConnection)
            .ToLookup(program => program.User);
        Dictionary<string, Role?> servers = permissions.Rows()
            .Where(permission => !operators.Contains(permission.Text("user")))
            .ToDictionary(permission => permission.Text("user"), permission => ServerUser.ReadRole(permission, permission.Text("user")));
        ILookup<string, string> quarantined = Quarantined(servers.Keys, bindings.Rows());
        ILookup<string, string> doubts = QueueAnomalies.Find(queues, bindings);
        return
        [
            .. servers
                .OrderBy(server => server.Key, StringComparer.Ordinal)
                .Select(server =>
                    Status(
                        server.Key,
                        server.Value,
                        [.. programs[server.Key]],
                        messages,
                        reported,
                        [.. quarantined[server.Key]],
                        doubts[server.Key])),
        ];
    }

    private static ServerStatus Status(
        string server,
        Role? role,
        IReadOnlyList<ConnectedProgram> programs,
        Dictionary<string, long> messages,
        IReadOnlyDictionary<string, ReportSummary>? reported,
        IReadOnlyList<string> quarantinedBy,
        IEnumerable<string> doubts)
    {
        long errors = messages.GetValueOrDefault(Topology.ErrorQueueFor(server));
        ServerProblems todo = new(server, role, messages.ContainsKey(Topology.QueueFor(server)), programs);
        ReportSummary? reports = reported?.GetValueOrDefault(server);
        return new ServerStatus(
            server,
            role?.Name,
            [.. programs.Select(program => program.Name).Distinct().Order(StringComparer.Ordinal)],
            messages.GetValueOrDefault(Topology.QueueFor(server)),
            errors,
            reports is null ? null : UtcTimestamp.Format(reports.Last),
            reported is null ? null : reports?.Count ?? 0,
            quarantinedBy,
            [.. doubts],
            [.. todo.Find(errors, quarantinedBy)]);
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
