namespace F2bBroker.Admin.Status;

/// <summary>The status of all servers at one moment.</summary>
/// <param name="Servers">The servers by name.</param>
/// <param name="Messages">What concerns the broker or several servers. Problems among them are also in the servers' lists.</param>
internal sealed record GroupSnapshot(IReadOnlyList<ServerStatus> Servers, IReadOnlyList<string> Messages)
{
    /// <summary>Returns a table, and below it the messages.</summary>
    public string FormatTable() => string.Join(
        '\n',
        [
            ServerStatus.FormatTable(Servers),
            .. Servers.SelectMany(server => server.Doubts.Concat(server.Todo)).Except(Messages),
            .. Messages,
        ]);
}
