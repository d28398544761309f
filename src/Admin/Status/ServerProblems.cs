using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Finds the problems of one server, each with the remedy.</summary>
/// <param name="role">The role; null if the permissions are not those of a role.</param>
/// <param name="hasQueue">True if its queue exists.</param>
internal sealed class ServerProblems(string server, Role? role, bool hasQueue, ServerPrograms programs)
{
    // The broker records whole seconds at best, and a login takes time.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    /// <param name="errors">The number of messages that it refused; null if it is unknown.</param>
    /// <param name="quarantinedBy">The servers that have quarantined it.</param>
    public IEnumerable<string> Find(long? errors, IReadOnlyList<string> quarantinedBy)
    {
        if (role is null)
        {
            yield return $"{server} has permissions on the broker that F2bBroker never grants: f2bbroker enroll {server} --force "
                + "grants those of its role and sets a new password.";
        }

        foreach (string message in Missing().Concat(Clock()))
        {
            yield return message;
        }

        if (errors > 0)
        {
            yield return $"{server} has refused {errors} message{(errors == 1 ? "" : "s")}: f2bbroker errors {server} shows "
                + "which ones and why.";
        }

        if (quarantinedBy.Count > 0)
        {
            yield return $"{server} is quarantined: it reported more than maxbans. f2bbroker history --server {server} shows what; if it "
                + $"was compromised, f2bbroker revoke {server}.";
        }
    }

    private IEnumerable<string> Missing()
    {
        if (role?.CanReceive == true && !hasQueue)
        {
            yield return $"{server} has no queue {Topology.QueueFor(server)}: somebody deleted it. Its consumer recreates it when "
                + $"it starts or reconnects, and reads the missed bans from {Topology.HistoryStream}.";
        }

        foreach (string program in programs.Missing)
        {
            yield return $"{server}'s {program} is not connected: on {server}, systemctl status f2bbroker-{program}, and f2bbroker "
                + "doctor.";
        }
    }

    private IEnumerable<string> Clock()
    {
        if (programs.WorstClock is { ClockAhead: { } ahead } program && ahead.Duration() > ClockTolerance)
        {
            yield return $"{server}'s clock was {DescribeOffset(ahead)} the broker's when its {program.Name} connected: "
                + $"synchronise both (NTP), then systemctl restart f2bbroker-{program.Name} on {server}.";
        }
    }

    private static string DescribeOffset(TimeSpan ahead)
    {
        TimeSpan size = ahead.Duration();
        string amount =
            size < TimeSpan.FromMinutes(2) ? $"{size.TotalSeconds:0} seconds"
            : size < TimeSpan.FromHours(3) ? $"{size.TotalMinutes:0} minutes"
            : $"{size.TotalHours:0} hours";
        return $"{amount} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")}";
    }
}
