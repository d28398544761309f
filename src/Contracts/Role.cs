using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// What a server does in its group: it reports bans, receives them, or does both. A <c>reporter</c> has no queue; a <c>receiver</c> has no
/// permission to publish. A server that receives does so from its queue, or from the stream.
/// </summary>
public sealed class Role
{
    // Stryker disable once all: a static value (docs/mutation.md)
    public static readonly Role Both = new("both", reports: true, receives: true);
    // Stryker disable once all: a static value (docs/mutation.md)
    public static readonly Role Reporter = new("reporter", reports: true, receives: false);
    // Stryker disable once all: a static value (docs/mutation.md)
    public static readonly Role Receiver = new("receiver", reports: false, receives: true);

    private const string Nothing = "^$";
    private const string ReporterWrite = @"^f2b\.(bans|health\.in)$";
    private const string StreamRead = @"^f2b\.(history|pardons)$";

    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly Role BothFromStream = new("both", reports: true, receives: true, followsStream: true);
    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly Role ReceiverFromStream = new("receiver", reports: false, receives: true, followsStream: true);

    private Role(string name, bool reports, bool receives, bool followsStream = false) =>
        (Name, CanReport, CanReceive, FollowsStream) = (name, reports, receives, followsStream);

    public string Name { get; }

    /// <summary>True if the server may publish bans.</summary>
    public bool CanReport { get; }

    /// <summary>True if the server may receive bans.</summary>
    public bool CanReceive { get; }

    /// <summary>True if the server receives bans from the stream and has no queue.</summary>
    public bool FollowsStream { get; }

    /// <summary>True if the server has a queue.</summary>
    public bool HasQueue => CanReceive && !FollowsStream;

    /// <summary>Returns the role with that name that receives from a queue; null if there is none.</summary>
    public static Role? Parse(string text) => All.FirstOrDefault(role => role.Name == text);

    /// <summary>Returns the role of the same name that receives from the stream, or from a queue of that type.</summary>
    public Role ReceivingFrom(QueueType type) =>
        All.FirstOrDefault(role => role.Name == Name && role.FollowsStream == (type == QueueType.Stream)) ?? this;

    /// <summary>
    /// Returns the role whose permissions a server's user has, also those that version 0.1 granted; null if F2bBroker never grants them.
    /// </summary>
    public static Role? FromPermissions(string server, Permissions rights) =>
        All.FirstOrDefault(role => role.PermissionsFor(server) == rights || role.FirstPermissionsFor(server) == rights);

    /// <summary>Returns the permissions of the server's user.</summary>
    public Permissions PermissionsFor(string server)
    {
        string own = OwnObjects(server);
        string read = $@"^f2b\.(bans(\.{own})?|history|pardons)$";
        return (CanReport, CanReceive) switch
        {
            (true, true) when FollowsStream => new Permissions(Nothing, ReporterWrite, StreamRead),
            (false, true) when FollowsStream => new Permissions(Nothing, @"^f2b\.health\.in$", StreamRead),
            (true, true) => new Permissions($@"^f2b\.bans\.{own}$", $@"^f2b\.(bans(\.{own})?|health\.in)$", read),
            (true, false) => new Permissions(Nothing, ReporterWrite, Nothing),
            _ => new Permissions($@"^f2b\.bans\.{own}$", $@"^f2b\.(bans\.{own}|health\.in)$", read),
        };
    }

    /// <summary>Returns the permissions that version 0.1 granted; null for a role that it did not have.</summary>
    public Permissions? FirstPermissionsFor(string server)
    {
        if (FollowsStream)
        {
            return null;
        }

        string own = OwnObjects(server);
        string read = $@"^f2b\.(bans(\.{own})?|history)$";
        return (CanReport, CanReceive) switch
        {
            (true, true) => new Permissions($@"^f2b\.bans\.{own}$", $@"^f2b\.bans(\.{own})?$", read),
            (true, false) => new Permissions(Nothing, @"^f2b\.bans$", Nothing),
            _ => new Permissions($@"^f2b\.bans\.{own}$", $@"^f2b\.bans\.{own}$", read),
        };
    }

    public override string ToString() => Name;

    private static Role[] All => [Both, Reporter, Receiver, BothFromStream, ReceiverFromStream];

    /// <summary>Returns the pattern of the server's queue and error queue, after <c>f2b.bans.</c></summary>
    private static string OwnObjects(string server) => $"{Regex.Escape(server)}({Topology.ErrorSuffix})?";
}
