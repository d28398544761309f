using F2bBroker.Admin.Health;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Finds what is wrong with the health messages themselves.</summary>
internal static class HealthProblems
{
    /// <summary>Returns messages about the stream, and about senders that are not enrolled.</summary>
    /// <param name="servers">The enrolled servers.</param>
    public static IEnumerable<string> FindForGroup(HealthSnapshot? health, IReadOnlyCollection<string> servers)
    {
        if (health?.FloodedBy is { } sender)
        {
            yield return $"The stream {Topology.HealthStream} is flooded by {Name(sender)}: it holds less than "
                + $"{HealthSnapshot.SilentAfter.TotalSeconds} seconds, so programs without a message are unknown (?).{Advise(sender)}";
        }

        foreach (RefusedHealth refused in health?.Refused ?? [])
        {
            if (refused.IsForeign || !servers.Contains(refused.Sender))
            {
                yield return Describe(refused);
            }
        }
    }

    /// <summary>Returns messages about what a server sent.</summary>
    public static IEnumerable<string> FindForServer(HealthSnapshot? health, string server) =>
        (health?.Refused ?? []).Where(refused => !refused.IsForeign && refused.Sender == server).Select(Describe);

    private static string Describe(RefusedHealth refused) =>
        $"{refused.Count} message{(refused.Count == 1 ? "" : "s")} of {Name(refused.Sender)} in {Topology.HealthStream} "
            + $"{(refused.Count == 1 ? "does" : "do")} not count, for example: {UntrustedText.ToSingleLine(refused.Reason)}."
            // Of a foreign exchange, the sender published something else, and somebody else bound the exchange.
            + (refused.IsForeign ? "" : Advise(refused.Sender));

    private static string Advise(string sender) =>
        ServerName.IsValid(sender) ? $" If {sender} was compromised, f2bbroker revoke {sender}." : "";

    private static string Name(string sender) =>
        sender.Length == 0 ? "an unknown sender" : ServerName.IsValid(sender) ? sender : UntrustedText.Quote(sender);
}
