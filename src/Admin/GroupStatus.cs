using System.Text.Json;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker status</c>: which servers there are, which are connected, and what waits for them.</summary>
internal sealed class GroupStatus(ManagementApi api)
{
    private const string ProgramPrefix = "f2bbroker-";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The lines of a table, or JSON.</summary>
    /// <exception cref="AdminFault">The broker is not set up, or refuses.</exception>
    public async Task<string> ReadAsync(bool asJson, CancellationToken cancel)
    {
        IReadOnlyList<ServerStatus> servers = await ServersAsync(cancel);
        return asJson ? JsonSerializer.Serialize(servers, Web) : Table.Of(
            ["SERVER", "CONNECTED", "WAITING", "ERRORS"],
            servers.Select(server => new[] { server.Server, Connected(server), $"{server.Waiting}", $"{server.Errors}" }));
    }

    private static string Connected(ServerStatus server) => server.Connected.Count > 0 ? string.Join(", ", server.Connected) : "-";

    private async Task<IReadOnlyList<ServerStatus>> ServersAsync(CancellationToken cancel)
    {
        JsonNode permissions = await api.GetAsync(ManagementApi.Path("vhosts", Topology.VirtualHost, "permissions"), cancel)
            ?? throw new AdminFault(ExitCode.Configuration, $"The broker has no virtual host {Topology.VirtualHost}: run f2bbroker init first.");
        HashSet<string> operators = [.. Rows(await api.GetAsync("users", cancel)).Where(user => ServerUser.TagsOf(user).Any()).Select(user => Text(user, "name"))];
        Dictionary<string, long> queues = Rows(await api.GetAsync(ManagementApi.Path("queues", Topology.VirtualHost), cancel))
            .ToDictionary(queue => Text(queue, "name"), queue => queue["messages"]?.GetValue<long>() ?? 0);
        ILookup<string, string> programs = Rows(await api.GetAsync("connections", cancel))
            .Where(connection => Text(connection, "vhost") == Topology.VirtualHost)
            .ToLookup(connection => Text(connection, "user"), ProgramOf);
        return
        [
            .. Rows(permissions).Select(permission => Text(permission, "user"))
                .Where(user => !operators.Contains(user))
                .Order(StringComparer.Ordinal)
                .Select(server => new ServerStatus(
                    server,
                    [.. programs[server].Distinct().Order(StringComparer.Ordinal)],
                    queues.GetValueOrDefault(Topology.QueueOf(server)),
                    queues.GetValueOrDefault(Topology.ErrorQueueOf(server)))),
        ];
    }

    /// <summary><c>consumer</c> of a connection named <c>f2bbroker-consumer web1 0.1.0</c>.</summary>
    private static string ProgramOf(JsonNode connection)
    {
        string name = connection["client_properties"]?["connection_name"]?.ToString() ?? "";
        return name.StartsWith(ProgramPrefix, StringComparison.Ordinal) ? name[ProgramPrefix.Length..].Split(' ')[0] : "other";
    }

    private static IEnumerable<JsonNode> Rows(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    private static string Text(JsonNode node, string key) => node[key]?.ToString() ?? "";

    /// <param name="Server">Its name.</param>
    /// <param name="Connected">Programs that are logged in as it.</param>
    /// <param name="Waiting">Messages in its queue, those under way included.</param>
    /// <param name="Errors">Messages that it refused.</param>
    private sealed record ServerStatus(string Server, IReadOnlyList<string> Connected, long Waiting, long Errors);
}
