using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Status;

/// <summary>Reads the open connections, which the broker knows without statistics.</summary>
internal static class OpenConnections
{
    private const int MaxRequests = 8;

    /// <summary>Returns at least the connections of these users, each with name, user and virtual host.</summary>
    /// <exception cref="CommandFailedException">The broker refuses.</exception>
    public static async Task<IReadOnlyCollection<JsonNode>> ReadAsync(
        ManagementApi api,
        IEnumerable<string> users,
        CancellationToken cancel)
    {
        JsonNode[] listed =
            [.. (await api.GetPagesAsync("connections?disable_stats=true&columns=name,user,vhost,auth_mechanism", cancel)).Rows()];
        if (listed.Length > 0 && listed.All(connection => connection["auth_mechanism"] is null))
        {
            return listed;
        }

        // RabbitMQ 4.3 takes that list from its statistics: some seconds old, or empty. The list of one user it takes from what is open.
        ConcurrentBag<JsonNode> open = [];
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
