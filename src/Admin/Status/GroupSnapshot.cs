using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>The status of all servers at one moment.</summary>
/// <param name="Servers">The servers by name.</param>
/// <param name="Messages">What concerns the broker or several servers. Problems among them are also in the servers' lists.</param>
/// <param name="HistorySince">The time since which the stream holds the bans; null if it holds none or is unknown.</param>
internal sealed record GroupSnapshot(
    IReadOnlyList<ServerStatus> Servers,
    IReadOnlyList<string> Messages,
    DateTimeOffset? HistorySince)
{
    /// <summary>Returns a table, and below it the messages.</summary>
    public string FormatTable() => string.Join(
        '\n',
        [
            ServerStatus.FormatTable(Servers),
            .. Servers.SelectMany(server => server.Doubts.Concat(server.Todo)).Except(Messages),
            .. Messages,
            .. Servers.Select(server => server.DescribeForwarding()).OfType<string>(),
            .. HistorySince is { } since
                ? [$"The stream {Topology.HistoryStream} holds the bans since {UtcTimestamp.Format(since)}."]
                : Array.Empty<string>(),
        ]);
}
