using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// What a server does in its group: it reports bans, receives them, or <c>both</c>. A <c>reporter</c> has no queue, a <c>receiver</c> no
/// right to publish.
/// </summary>
public sealed class Role
{
    public static readonly Role Both = new("both", reports: true, receives: true);
    public static readonly Role Reporter = new("reporter", reports: true, receives: false);
    public static readonly Role Receiver = new("receiver", reports: false, receives: true);

    private const string Nothing = "^$";

    private Role(string name, bool reports, bool receives) => (Name, CanReport, CanReceive) = (name, reports, receives);

    public string Name { get; }

    /// <summary>Whether it may publish to the exchange of the bans.</summary>
    public bool CanReport { get; }

    /// <summary>Whether it has a queue.</summary>
    public bool CanReceive { get; }

    /// <summary>The role of that name, or null.</summary>
    public static Role? Parse(string text) => All.FirstOrDefault(role => role.Name == text);

    /// <summary>The role whose rights a server's user has; null when they are none that F2bBroker gives.</summary>
    public static Role? FromPermissions(string server, Permissions rights) =>
        All.FirstOrDefault(role => role.PermissionsFor(server) == rights);

    /// <summary>The rights of the server's user.</summary>
    public Permissions PermissionsFor(string server)
    {
        string name = Regex.Escape(server);
        string own = $@"^f2b\.bans\.{name}({Topology.ErrorSuffix})?$";
        return (CanReport, CanReceive) switch
        {
            (true, true) => new Permissions(own, $@"^f2b\.bans(\.{name}({Topology.ErrorSuffix})?)?$", ReadPattern(name)),
            (true, false) => new Permissions(Nothing, @"^f2b\.bans$", Nothing),
            _ => new Permissions(own, own, ReadPattern(name)),
        };
    }

    public override string ToString() => Name;

    private static Role[] All => [Both, Reporter, Receiver];

    private static string ReadPattern(string name) => $@"^f2b\.(bans(\.{name}({Topology.ErrorSuffix})?)?|history)$";
}
