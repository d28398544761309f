using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Health;
using F2bBroker.Admin.History;
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
    public async Task<IReadOnlyDictionary<string, Role?>> ReadServersAsync(CancellationToken cancel) =>
        (await ServerPermissions.ReadAsync(api, cancel)).ToDictionary(
            server => server.Key,
            server => Role.FromPermissions(server.Key, server.Value));

    /// <param name="servers">The roles of the servers.</param>
    /// <param name="reported">The reports of each server; null without a stream.</param>
    /// <param name="history">The oldest message of the stream; null if it is unknown.</param>
    /// <param name="health">What the health messages said; null if that is unknown.</param>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public async Task<GroupSnapshot> ReadAsync(
        IReadOnlyDictionary<string, Role?> servers,
        IReadOnlyDictionary<string, ReportSummary>? reported,
        HistoryStart? history,
        HealthSnapshot? health,
        CancellationToken cancel)
    {
        IReadOnlyCollection<string> names = [.. servers.Keys];
        BrokerState broker = await BrokerState.ReadAsync(api, new ConnectedProgramReader(api, servers, health), cancel);
        ServerStatusBuilder builder = new(
            broker,
            reported,
            history,
            health,
            Quarantines.Find(names, health, broker.Bindings, api.BrokerTime),
            QueueAnomalies.Find(broker.Queues, broker.Bindings),
            new PolicyProblems(broker.Policies).Find());
        return new GroupSnapshot(
            [.. servers.OrderBy(server => server.Key, StringComparer.Ordinal).Select(server => builder.Build(server.Key, server.Value))],
            [.. HealthProblems.FindForGroup(health, names), .. builder.FindForGroup()],
            history?.PublishedAt);
    }
}
