using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Health;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Policies;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Reads the status of all servers: programs, waiting messages, reports and problems.</summary>
internal sealed class GroupStatus(ManagementApi api)
{
    /// <summary>Returns the roles of the servers: of all users of the virtual host that have no tag.</summary>
    /// <exception cref="CommandFailedException">The broker is not set up, or refuses.</exception>
    public async Task<IReadOnlyDictionary<string, Role?>> ReadServersAsync(CancellationToken cancel)
    {
        string path = ManagementApi.Path("vhosts", Topology.VirtualHost, "permissions");
        JsonNode permissions = await api.GetAsync($"{path}?columns=user,configure,write,read", cancel)
            ?? throw new CommandFailedException(
                ExitCode.Configuration,
                $"The broker has no virtual host {Topology.VirtualHost}: run f2bbroker init first.");
        HashSet<string> operators =
        [
            .. (await api.GetAsync("users?columns=name,tags", cancel))
                .Rows()
                .Where(user => ServerUser.TagsOf(user).Any())
                .Select(user => user.Text("name")),
        ];
        return permissions.Rows()
            .Where(permission => !operators.Contains(permission.Text("user")))
            .ToDictionary(permission => permission.Text("user"), permission => ServerUser.ReadRole(permission, permission.Text("user")));
    }

    /// <param name="servers">The roles of the servers.</param>
    /// <param name="reported">The reports of each server; null without a stream.</param>
    /// <param name="health">What the health messages said; null if that is unknown.</param>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public async Task<GroupSnapshot> ReadAsync(
        IReadOnlyDictionary<string, Role?> servers,
        IReadOnlyDictionary<string, ReportSummary>? reported,
        HealthSnapshot? health,
        CancellationToken cancel)
    {
        IReadOnlyCollection<string> names = [.. servers.Keys];
        BrokerState broker = await BrokerState.ReadAsync(api, names, cancel);
        ServerStatusBuilder builder = new(
            broker,
            reported,
            health,
            Quarantines.Find(names, health, broker.Bindings, api.BrokerTime),
            QueueAnomalies.Find(broker.Queues, broker.Bindings),
            new PolicyProblems(broker.Policies).Find());
        return new GroupSnapshot(
            [.. servers.OrderBy(server => server.Key, StringComparer.Ordinal).Select(server => builder.Build(server.Key, server.Value))],
            [.. HealthProblems.FindForGroup(health, names), .. builder.FindForGroup()]);
    }
}
