using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker status</c>: which servers there are, which are connected, what waits for them, what they reported, and who has put them under quarantine.</summary>
internal sealed class GroupStatus(ManagementApi api, RecentReports reports, TimeProvider time)
{
    private const string ProgramPrefix = "f2bbroker-";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The lines of a table, or JSON.</summary>
    /// <exception cref="AdminFault">The broker is not set up, or refuses.</exception>
    public async Task<string> ReadAsync(bool asJson, CancellationToken cancel)
    {
        IReadOnlyList<ServerStatus> servers = await ServersAsync(cancel);
        return asJson ? JsonSerializer.Serialize(servers, Web) : TableOf(servers);
    }

    private static string TableOf(IReadOnlyList<ServerStatus> servers)
    {
        string table = Table.Of(
            ["SERVER", "CONNECTED", "WAITING", "ERRORS", "LAST REPORT", "BANS 24H", "QUARANTINED BY"],
            servers.Select(server => new[]
            {
                server.Server, Listed(server.Connected), $"{server.Waiting}", $"{server.Errors}", server.LastReport ?? "-", server.Bans24h?.ToString(CultureInfo.InvariantCulture) ?? "-",
                Listed(server.QuarantinedBy),
            }));
        return string.Concat([table, .. servers.SelectMany(server => server.Doubts).Select(doubt => $"\n{doubt}")]);
    }

    private static string Listed(IReadOnlyList<string> names) => names.Count > 0 ? string.Join(", ", names) : "-";

    private async Task<IReadOnlyList<ServerStatus>> ServersAsync(CancellationToken cancel)
    {
        JsonNode permissions = await api.GetAsync(ManagementApi.Path("vhosts", Topology.VirtualHost, "permissions"), cancel)
            ?? throw new AdminFault(ExitCode.Configuration, $"The broker has no virtual host {Topology.VirtualHost}: run f2bbroker init first.");
        HashSet<string> operators = [.. Rows(await api.GetAsync("users", cancel)).Where(user => ServerUser.TagsOf(user).Any()).Select(user => Text(user, "name"))];
        JsonNode? queues = await api.GetAsync(ManagementApi.Path("queues", Topology.VirtualHost), cancel);
        // Whole, each binding could bring 128 KB of arguments.
        JsonNode? bindings = await api.GetAsync($"bindings/{Topology.VirtualHost}?columns=source,destination,destination_type,routing_key", cancel);
        Dictionary<string, long> messages = Rows(queues)
            .ToDictionary(queue => Text(queue, "name"), queue => queue["messages"]?.GetValue<long>() ?? 0);
        ILookup<string, string> programs = Rows(await api.GetAsync("connections", cancel))
            .Where(connection => Text(connection, "vhost") == Topology.VirtualHost)
            .ToLookup(connection => Text(connection, "user"), ProgramOf);
        string[] names = [.. Rows(permissions).Select(permission => Text(permission, "user")).Where(user => !operators.Contains(user)).Order(StringComparer.Ordinal)];
        ILookup<string, string> quarantined = Quarantined(names, Rows(bindings));
        ILookup<string, string> doubts = QueueDoubts.Of(queues, bindings);
        IReadOnlyDictionary<string, Reports>? reported = await reports.ReadAsync(cancel);
        return
        [
            .. names
                .Select(server => new ServerStatus(
                    server,
                    [.. programs[server].Distinct().Order(StringComparer.Ordinal)],
                    messages.GetValueOrDefault(Topology.QueueOf(server)),
                    messages.GetValueOrDefault(Topology.ErrorQueueOf(server)),
                    reported?.GetValueOrDefault(server) is { } last ? UtcText.Print(last.Last) : null,
                    reported is null ? null : reported.GetValueOrDefault(server)?.Count ?? 0,
                    [.. quarantined[server]],
                    [.. doubts[server]])),
        ];
    }

    /// <summary>By whom each server is quarantined, as the bindings of the error queues say; one that has passed may stand there still.</summary>
    private ILookup<string, string> Quarantined(IEnumerable<string> names, IEnumerable<JsonNode> bindings)
    {
        Dictionary<string, string> serverOf = names.ToDictionary(Topology.ErrorQueueOf);
        return bindings
            .Select(binding => (By: serverOf.GetValueOrDefault(Text(binding, "destination")), Sign: QuarantineKey.Parse(Text(binding, "routing_key"))))
            .Where(found => found.By is not null && found.Sign?.Until > time.GetUtcNow())
            .Select(found => (By: found.By!, found.Sign!.Value.Server))
            .Distinct()
            .ToLookup(found => found.Server, found => found.By);
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
    /// <param name="LastReport">When its youngest ban within 24 hours was detected; null when there is none or no stream that knows.</param>
    /// <param name="Bans24h">How many bans it reported within 24 hours; null when there is no stream that knows.</param>
    /// <param name="QuarantinedBy">Servers that refuse its bans because it reported too many.</param>
    /// <param name="Doubts">What on the broker looks as if it had been taken over, in sentences.</param>
    private sealed record ServerStatus(
        string Server,
        IReadOnlyList<string> Connected,
        long Waiting,
        long Errors,
        string? LastReport,
        int? Bans24h,
        IReadOnlyList<string> QuarantinedBy,
        IReadOnlyList<string> Doubts);
}
