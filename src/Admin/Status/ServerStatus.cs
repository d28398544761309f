using System.Globalization;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Status;

/// <summary>The status of one server, as the operator sees it.</summary>
/// <param name="Server">The server's name.</param>
/// <param name="Role">both, reporter or receiver; null if the permissions are not those of a role.</param>
/// <param name="Connected">The programs that are logged in as the server.</param>
/// <param name="Waiting">The messages in its queue, including unacknowledged ones.</param>
/// <param name="Errors">The number of messages that it refused.</param>
/// <param name="LastReport">The time of its newest ban within 24 hours; null if there is none, or no stream.</param>
/// <param name="Bans24h">The number of bans it reported within 24 hours; null without a stream.</param>
/// <param name="QuarantinedBy">The servers that have quarantined it.</param>
/// <param name="Doubts">Signs on the broker that the server was compromised, as messages.</param>
/// <param name="Todo">Problems with their remedies, as messages.</param>
internal sealed record ServerStatus(
    string Server,
    string? Role,
    IReadOnlyList<string> Connected,
    long Waiting,
    long Errors,
    string? LastReport,
    int? Bans24h,
    IReadOnlyList<string> QuarantinedBy,
    IReadOnlyList<string> Doubts,
    IReadOnlyList<string> Todo)
{
    private static readonly string[] Head =
    [
        "SERVER",
        "ROLE",
        "CONNECTED",
        "WAITING",
        "ERRORS",
        "LAST REPORT",
        "BANS 24H",
        "QUARANTINED BY",
    ];

    /// <summary>Returns a table, and below it the messages.</summary>
    public static string FormatTable(IReadOnlyList<ServerStatus> servers)
    {
        string table = TextColumns.Format(Head, servers.Select(server => server.Row()));
        return string.Concat([
            table,
            .. servers.SelectMany(server => server.Doubts.Concat(server.Todo)).Select(message => $"\n{message}"),
        ]);
    }

    private string[] Row() =>
    [
        Server,
        Role ?? "?",
        Listed(Connected),
        Waiting.ToString(CultureInfo.InvariantCulture),
        Errors.ToString(CultureInfo.InvariantCulture),
        LastReport ?? "-",
        Bans24h?.ToString(CultureInfo.InvariantCulture) ?? "-",
        Listed(QuarantinedBy),
    ];

    private static string Listed(IReadOnlyList<string> names) => names.Count > 0 ? string.Join(", ", names) : "-";
}
