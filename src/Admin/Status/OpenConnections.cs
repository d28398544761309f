using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Status;

/// <summary>Reads the open connections, each with name, user and virtual host, which the broker knows without statistics.</summary>
internal sealed class OpenConnections(ManagementApi api)
{
    private const int MaxRequests = 8;

    /// <summary>Returns the connections. RabbitMQ 4.3 takes them from its statistics: some seconds old, or none.</summary>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(CancellationToken cancel) =>
        // Not in pages: for each page, the broker would put together the whole list.
        [.. (await api.GetAsync("connections?disable_stats=true&columns=name,user,vhost,auth_mechanism", cancel)).Rows()];

    /// <summary>Returns the connections with those of these users as they are now.</summary>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public async Task<IReadOnlyCollection<JsonNode>> RefreshAsync(
        IReadOnlyList<JsonNode> listed,
        IReadOnlySet<string> users,
        CancellationToken cancel)
    {
        bool isFromStatistics = listed.Count == 0 || listed.Any(connection => connection["auth_mechanism"] is not null);
        if (!isFromStatistics)
        {
            return listed;
        }

        // The list of one user is that of what is open. It costs the broker as much as the list of all, so not for each.
        ConcurrentBag<JsonNode> open = [.. listed.Where(connection => !users.Contains(connection.Text("user")))];
        await Parallel.ForEachAsync(
            users,
            new ParallelOptions { MaxDegreeOfParallelism = MaxRequests, CancellationToken = cancel },
            async (user, stop) =>
            {
                string path = ManagementApi.Path("connections", "username", user);
                foreach (JsonNode connection in (await api.GetAsync($"{path}?columns=name,user,vhost", stop)).Rows())
                {
                    open.Add(connection);
                }
            });
        return open;
    }
}
