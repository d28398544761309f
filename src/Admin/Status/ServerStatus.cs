using System.Globalization;
using F2bBroker.Admin.Output;

namespace F2bBroker.Admin.Status;

/// <summary>The status of one server, as the operator sees it. What is unknown is null.</summary>
/// <param name="Server">The server's name.</param>
/// <param name="Role">both, reporter or receiver; null if the permissions are not those of a role.</param>
/// <param name="Connected">The programs that are logged in as the server; null if the broker does not know which.</param>
/// <param name="Waiting">The messages in its queue, including unacknowledged ones; null if the broker does not count them.</param>
/// <param name="Errors">The number of messages that it refused; null if the broker does not count them.</param>
/// <param name="LastReport">The time of its newest ban within 24 hours; null if there is none, or no stream.</param>
/// <param name="Bans24h">The number of bans it reported within 24 hours; null without a stream.</param>
/// <param name="QuarantinedBy">The servers that have quarantined it.</param>
/// <param name="Doubts">Signs on the broker that the server was compromised, as messages.</param>
/// <param name="Todo">Problems with their remedies, as messages.</param>
internal sealed record ServerStatus(
    string Server,
    string? Role,
    IReadOnlyList<string>? Connected,
    long? Waiting,
    long? Errors,
    string? LastReport,
    int? Bans24h,
    IReadOnlyList<string> QuarantinedBy,
    IReadOnlyList<string> Doubts,
    IReadOnlyList<string> Todo)
{
    private const string Unknown = "?";

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

    public static string FormatTable(IReadOnlyList<ServerStatus> servers) =>
        TextColumns.Format(Head, servers.Select(server => server.Row()));

    private string[] Row() =>
    [
        Server,
        Role ?? Unknown,
        Connected is null ? Unknown : Listed(Connected),
        Number(Waiting),
        Number(Errors),
        LastReport ?? (Bans24h is null ? Unknown : "-"),
        Number(Bans24h),
        Listed(QuarantinedBy),
    ];

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Unknown;

    private static string Listed(IReadOnlyList<string> names) => names.Count > 0 ? string.Join(", ", names) : "-";
}
