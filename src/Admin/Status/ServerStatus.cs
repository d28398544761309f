using System.Globalization;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>The status of one server, as the operator sees it. What is unknown is null.</summary>
/// <param name="Server">The server's name.</param>
/// <param name="Role">both, reporter or receiver; null if the permissions are not those of a role.</param>
/// <param name="Connected">The programs that are logged in as the server; null if the broker does not know which.</param>
/// <param name="Waiting">The messages in its queue, including unacknowledged ones; null if the broker does not count them, or if the
/// server follows the stream.</param>
/// <param name="Errors">The number of messages that it refused; null if it is unknown. For a server that follows the stream, those since
/// its consumer's start.</param>
/// <param name="LastReport">The time of its newest ban within 24 hours; null if there is none, or no stream.</param>
/// <param name="Bans24h">The number of bans it reported within 24 hours; null without a stream.</param>
/// <param name="QuarantinedBy">The servers that have quarantined it; null if that is unknown.</param>
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
    IReadOnlyList<string>? QuarantinedBy,
    IReadOnlyList<string> Doubts,
    IReadOnlyList<string> Todo)
{
    private const string Unknown = "?";
    private const string None = "-";

    /// <summary>The type of a server without a queue that does not follow the stream either.</summary>
    private const string NoType = "none";

    private const int MaxNames = 10;

    private static readonly string[] Head =
    [
        "SERVER",
        "ROLE",
        "TYPE",
        "CONNECTED",
        "WAITING",
        "LAG",
        "ENFORCED",
        "ERRORS",
        "LAST REPORT",
        "BANS 24H",
        "QUARANTINED BY",
    ];

    /// <summary>The programs that its role requires, and others that were seen.</summary>
    public IReadOnlyList<ProgramStatus> Programs { get; init; } = [];

    /// <summary>The lag of its consumer's last live ban in seconds; null if it is unknown, or if there was none.</summary>
    public double? Lag { get; init; }

    /// <summary>
    /// <c>yes</c> if its fail2ban bans what its consumer writes, otherwise <c>no</c>; <c>none</c> if there is nothing to ban; null if it is
    /// unknown.
    /// </summary>
    public string? Enforced { get; init; }

    /// <summary>The servers of another group whose bans it forwarded within 24 hours; null without a stream.</summary>
    public IReadOnlyList<string>? Via { get; init; }

    /// <summary>
    /// How it receives bans: from a <c>classic</c> or <c>quorum</c> queue, or from the <c>stream</c>; <c>none</c> for a reporter; null if
    /// it is unknown.
    /// </summary>
    public string? Type { get; init; }

    /// <summary>
    /// The time since which the stream holds the group's bans, which is the same for all servers; null if it holds none or is unknown.
    /// </summary>
    public string? HistorySince { get; init; }

    public static string FormatTable(IReadOnlyList<ServerStatus> servers) =>
        TextColumns.Format(Head, servers.Select(server => server.Row()));

    /// <summary>Returns a sentence if it forwards bans of another group; null if not.</summary>
    public string? DescribeForwarding()
    {
        string[] names = [.. (Via ?? []).Where(name => name != Ban.HiddenVia)];
        string more = names.Length > MaxNames ? $" and {names.Length - MaxNames} more" : "";
        return
            Via is null or [] ? null
            : names.Length == 0 ? $"{Server} forwards bans of another group, without the names of its servers."
            : $"{Server} forwards bans of another group: those of {string.Join(", ", names.Take(MaxNames))}{more}.";
    }

    /// <summary>Returns how a server receives bans.</summary>
    /// <param name="queue">The type of its queue; null if it has none.</param>
    public static string? FindType(Role? role, QueueType? queue) =>
        role?.FollowsStream == true ? QueueType.Stream.Name
        : role?.CanReceive == false ? NoType
        : queue?.Name;

    private string[] Row() =>
    [
        Server,
        Role ?? Unknown,
        Type == NoType ? None : Type ?? Unknown,
        Listed([.. ConnectedPrograms]),
        Waiting is null && Type == QueueType.Stream.Name ? None : Number(Waiting),
        Lag is { } lag ? ShortTime.Format(lag) : IsWithoutLag ? None : Unknown,
        Enforced == EnforcementCheck.None ? None : Enforced ?? Unknown,
        Number(Errors),
        LastReport ?? (Bans24h is null ? Unknown : None),
        Number(Bans24h),
        QuarantinedBy is null ? Unknown : Listed(QuarantinedBy),
    ];

    private IEnumerable<string> ConnectedPrograms =>
    [
        .. Programs.Where(program => program.IsConnected == true).Select(program => program.ToString()),
        .. (Connected ?? []).Except(Programs.Select(program => program.Program)),
        .. Connected is null ? [Unknown] : Array.Empty<string>(),
    ];

    /// <summary>True if no consumer runs that could have a lag, or if it says that it has none.</summary>
    private bool IsWithoutLag =>
        Role == Contracts.Role.Reporter.Name
        || Programs.Any(program => program is { Program: HealthMessage.Consumer, IsConnected: true, LastMessage: not null });

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Unknown;

    private static string Listed(IReadOnlyList<string> names) => names.Count > 0 ? string.Join(", ", names) : None;
}
