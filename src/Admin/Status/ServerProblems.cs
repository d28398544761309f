using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Finds the problems of one server, each with the remedy.</summary>
/// <param name="role">The role; null if the permissions are not those of a role.</param>
/// <param name="hasQueue">True if its queue exists.</param>
internal sealed class ServerProblems(string server, Role? role, bool hasQueue, ServerPrograms programs)
{
    private const int MaxReported = 3;

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

        foreach (string message in Missing().Concat(Clock()).Concat(programs.All.SelectMany(Reported)))
        {
            yield return message;
        }

        if (errors > 0)
        {
            string since = role?.FollowsStream == true ? " since its consumer's start" : "";
            yield return $"{server} has refused {errors} message{(errors == 1 ? "" : "s")}{since}: f2bbroker errors {server} shows "
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
        if (role?.HasQueue == true && !hasQueue)
        {
            yield return $"{server} has no queue {Topology.QueueFor(server)}: somebody deleted it. Its consumer recreates it when "
                + $"it starts or reconnects, and reads the missed bans from {Topology.HistoryStream}.";
        }

        foreach (string message in programs.Required.Select(Describe).OfType<string>())
        {
            yield return message;
        }
    }

    private string? Describe(ProgramStatus program)
    {
        string unit = $"f2bbroker-{program.Program}";
        return program.State switch
        {
            ProgramState.Stopped =>
                $"{server}'s {program.Program} was stopped at {program.LastMessage}: on {server}, systemctl start {unit}.",
            ProgramState.Silent =>
                $"{server}'s {program.Program} has sent nothing since {program.LastMessage}: it was killed or hangs, or {server} is down "
                    + $"or cannot reach the broker. On {server}, systemctl status {unit}, and f2bbroker doctor.",
            ProgramState.NeverSeen =>
                $"{server}'s {program.Program} was never seen within 7 days: on {server}, install the settings of f2bbroker enroll, then "
                    + $"systemctl enable --now {unit}.",
            ProgramState.Disconnected =>
                $"{server}'s {program.Program} is not connected: on {server}, systemctl status {unit}, and f2bbroker doctor.",
            _ => null,
        };
    }

    private IEnumerable<string> Clock()
    {
        if (programs.WorstClock is { ClockAhead: { } ahead } program)
        {
            if (ahead.Duration() > ClockTolerance)
            {
                yield return $"{server}'s clock was {DescribeOffset(ahead)} the broker's when its {program.Name} connected: "
                    + $"synchronise both (NTP), then systemctl restart f2bbroker-{program.Name} on {server}.";
            }
        }
        else if (programs.All.Select(found => programs.FindCurrent(found.Program)?.ClockAhead).FirstOrDefault(found => found is not null)
            is { } least)
        {
            yield return $"{server}'s clock is at least {DescribeOffset(least)} the broker's: synchronise both (NTP).";
        }
    }

    /// <summary>Returns the problems that a running program reports about itself.</summary>
    private IEnumerable<string> Reported(ProgramStatus program)
    {
        IReadOnlyList<string> problems = programs.FindCurrent(program.Program)?.Message.Problems ?? [];
        foreach (string problem in problems.Take(MaxReported))
        {
            yield return $"{server}'s {program.Program}: {UntrustedText.ToSingleLine(problem)}";
        }

        if (problems.Count > MaxReported)
        {
            yield return $"{server}'s {program.Program} has {problems.Count - MaxReported} more problems: its log on {server} names them.";
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
