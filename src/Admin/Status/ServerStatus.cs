using System.Globalization;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Status;

/// <summary>How it is with one server, as the operator sees it.</summary>
/// <param name="Server">Its name.</param>
/// <param name="Role">both, reporter or receiver; null when it has other rights than F2bBroker gives.</param>
/// <param name="Connected">Programs that are logged in as it.</param>
/// <param name="Waiting">Messages in its queue, those under way included.</param>
/// <param name="Errors">Messages that it refused.</param>
/// <param name="LastReport">When its youngest ban within 24 hours was detected; null when there is none or no stream that knows.</param>
/// <param name="Bans24h">How many bans it reported within 24 hours; null when there is no stream that knows.</param>
/// <param name="QuarantinedBy">Servers that refuse its bans because it reported too many.</param>
/// <param name="Doubts">What on the broker looks as if it had been taken over, in sentences.</param>
/// <param name="Todo">What is missing, off or refused, and what to do, in sentences.</param>
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

    /// <summary>A table for people, and the sentences below it.</summary>
    public static string FormatTable(IReadOnlyList<ServerStatus> servers)
    {
        string table = TextColumns.Format(Head, servers.Select(server => server.Row()));
        return string.Concat([
            table,
            .. servers.SelectMany(server => server.Doubts.Concat(server.Todo)).Select(sentence => $"\n{sentence}"),
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
