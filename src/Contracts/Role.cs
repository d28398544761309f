using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>What a server does in its group: it reports bans, receives them, or <c>both</c>. A <c>reporter</c> has no queue, a <c>receiver</c> no right to publish.</summary>
public sealed class Role
{
    public static readonly Role Both = new("both", reports: true, receives: true);
    public static readonly Role Reporter = new("reporter", reports: true, receives: false);
    public static readonly Role Receiver = new("receiver", reports: false, receives: true);

    private const string Nothing = "^$";

    private Role(string name, bool reports, bool receives) => (Name, Reports, Receives) = (name, reports, receives);

    public string Name { get; }

    /// <summary>Whether it may publish to the exchange of the bans.</summary>
    public bool Reports { get; }

    /// <summary>Whether it has a queue.</summary>
    public bool Receives { get; }

    /// <summary>The role of that name, or null.</summary>
    public static Role? Parse(string text) => All.FirstOrDefault(role => role.Name == text);

    /// <summary>The role whose rights a server's user has; null when they are none that F2bBroker gives.</summary>
    public static Role? Of(string server, Rights rights) => All.FirstOrDefault(role => role.RightsOf(server) == rights);

    /// <summary>The rights of the server's user.</summary>
    public Rights RightsOf(string server)
    {
        string name = Regex.Escape(server);
        string own = $@"^f2b\.bans\.{name}(_error)?$";
        return (Reports, Receives) switch
        {
            (true, true) => new Rights(own, $@"^f2b\.bans(\.{name}(_error)?)?$", Reading(name)),
            (true, false) => new Rights(Nothing, @"^f2b\.bans$", Nothing),
            _ => new Rights(own, own, Reading(name)),
        };
    }

    public override string ToString() => Name;

    private static Role[] All => [Both, Reporter, Receiver];

    private static string Reading(string name) => $@"^f2b\.(bans(\.{name}(_error)?)?|history)$";
}

/// <summary>RabbitMQ's permissions of a user on a virtual host: patterns, anchored at both ends, dots escaped.</summary>
public sealed record Rights(string Configure, string Write, string Read);
