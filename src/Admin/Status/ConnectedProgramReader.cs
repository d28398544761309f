using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Health;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>
/// Reads which programs are connected. It reads their names and clocks only where the health messages leave something open.
/// </summary>
/// <remarks>
/// The names are in the broker's statistics. The list of thousands of connections costs the broker seconds of CPU time.
/// </remarks>
/// <param name="servers">The roles of the servers.</param>
/// <param name="health">What the health messages said; null if that is unknown.</param>
internal sealed class ConnectedProgramReader(ManagementApi api, IReadOnlyDictionary<string, Role?> servers, HealthSnapshot? health)
{
    /// <summary>Above this number, the list of all connections is cheaper than a request for each.</summary>
    private const int MaxSingleRequests = 200;

    // What a program opens: see ServerConnectionsTests.
    private const int ProducerConnections = 2;
    private const int StreamConsumerConnections = 1;
    private const int QueueConsumerConnections = 3;

    /// <param name="hasStatistics">False if the broker's statistics are switched off.</param>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public async Task<ILookup<string, ConnectedProgram>> ReadAsync(bool hasStatistics, CancellationToken cancel)
    {
        OpenConnections connections = new(api);
        IReadOnlyList<JsonNode> listed = await connections.ListAsync(cancel);
        ILookup<string, JsonNode> of = listed
            .Where(connection => connection.Text("vhost") == Topology.VirtualHost)
            .ToLookup(connection => connection.Text("user"));
        HashSet<string> unclear = [.. servers.Keys.Where(server => !IsClear(server, of[server].Count()))];
        IReadOnlyCollection<JsonNode> open = await connections.RefreshAsync(listed, unclear, cancel);
        string[] names =
        [
            .. open
                .Where(connection => unclear.Contains(connection.Text("user")))
                .Select(connection => connection.Text("name")),
        ];
        return ConnectedProgram.Find(open, hasStatistics ? await ReadStatisticsAsync(names, cancel) : null);
    }

    /// <summary>Returns true if each program has reported its health, and there are as many connections as these programs have.</summary>
    private bool IsClear(string server, int connections) =>
        servers[server] is { } role
        && connections == CountExpected(role)
        && ServerPrograms.RequiredBy(server, role).All(program => health?.FindCurrent(program.Server, program.Program) is not null);

    private async Task<JsonNode?> ReadStatisticsAsync(IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        if (names.Count > MaxSingleRequests)
        {
            return await api.GetPagesAsync("connections?columns=name,connected_at,client_properties", cancel);
        }

        JsonArray found = [];
        foreach (string name in names)
        {
            if (await api.GetAsync(ManagementApi.Path("connections", name), cancel) is { } connection)
            {
                found.Add(connection);
            }
        }

        return found;
    }

    private static int CountExpected(Role role) =>
        (role.CanReport ? ProducerConnections : 0)
        + (!role.CanReceive ? 0 : role.FollowsStream ? StreamConsumerConnections : QueueConsumerConnections);
}
