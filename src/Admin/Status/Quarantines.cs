using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Health;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Finds by whom each server is quarantined.</summary>
internal static class Quarantines
{
    /// <summary>Returns the servers that have quarantined each server.</summary>
    /// <param name="servers">The enrolled servers.</param>
    /// <param name="health">What the health messages said; null if that is unknown.</param>
    /// <param name="bindings">The bindings, which show the quarantines of version 0.1.</param>
    public static ILookup<string, string> Find(
        IReadOnlyCollection<string> servers,
        HealthSnapshot? health,
        JsonNode? bindings,
        DateTimeOffset now)
    {
        HashSet<string> enrolled = [.. servers];
        return FindReported(health).Concat(FindMarked(bindings))
            .Where(found => found.Until > now && enrolled.Contains(found.By))
            .Select(found => (found.Server, found.By))
            .Distinct()
            .OrderBy(found => found.By, StringComparer.Ordinal)
            .ToLookup(found => found.Server, found => found.By);
    }

    /// <summary>Returns what running consumers report. A quarantine ends with the consumer.</summary>
    private static IEnumerable<(string By, string Server, DateTimeOffset? Until)> FindReported(HealthSnapshot? health) =>
        from pair in health?.Last ?? new Dictionary<ProgramName, LastHealth>()
        where !pair.Value.IsStopped && !pair.Value.IsSilent(health!.At)
        from found in (pair.Value.Message.Quarantined ?? []).OfType<QuarantinedServer>()
        select (pair.Key.Server, found.Server, UtcTimestamp.Parse(found.Until));

    private static IEnumerable<(string By, string Server, DateTimeOffset? Until)> FindMarked(JsonNode? bindings) =>
        from binding in bindings.Rows()
        let marker = QuarantineMarker.Parse(binding)
        let server = Topology.FindServer(binding.Text("destination"))
        where marker is not null && server is not null
        select (server, marker.Value.Server, (DateTimeOffset?)marker.Value.Until);
}
