using F2bBroker.Admin.Health;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Policies;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>Puts together what is known about each server.</summary>
/// <param name="reported">The reports of each server; null without a stream.</param>
/// <param name="history">The oldest message of the stream; null if it is unknown.</param>
/// <param name="health">What the health messages said; null if that is unknown.</param>
/// <param name="quarantined">The servers that have quarantined each server.</param>
/// <param name="doubts">Signs that a server was compromised; under an empty name those that do not show which.</param>
internal sealed class ServerStatusBuilder(
    BrokerState broker,
    IReadOnlyDictionary<string, ReportSummary>? reported,
    HistoryStart? history,
    HealthSnapshot? health,
    ILookup<string, string> quarantined,
    ILookup<string, string> doubts,
    IReadOnlyList<PolicyProblem> policies)
{
    // A measured lag is far below. A server can claim any number.
    private const double MaxLagSeconds = 366 * 86400;

    /// <summary>Returns what concerns the broker or several servers.</summary>
    public IEnumerable<string> FindForGroup() =>
    [
        .. doubts[""],
        .. broker.HasQueue(Topology.PardonsStream)
            ? Array.Empty<string>()
            : [$"The broker has no stream {Topology.PardonsStream}, so that no ban can be pardoned: run f2bbroker init."],
        .. policies.Select(problem => problem.Message),
        .. broker.DescribeUnknown(),
    ];

    public ServerStatus Build(string server, Role? role)
    {
        bool followsStream = role?.FollowsStream == true;
        ServerPrograms programs = new(server, role, [.. broker.Programs[server]], health);
        ServerProblems todo = new(server, role, broker.HasQueue(Topology.QueueFor(server)), programs);
        ReportSummary? reports = reported?.GetValueOrDefault(server);
        string[] quarantinedBy = [.. quarantined[server]];
        LastHealth? consumer = programs.FindCurrent(HealthMessage.Consumer);
        long? errors = followsStream ? consumer?.Message.Refused : broker.CountMessages(Topology.ErrorQueueFor(server));
        EnforcementCheck enforcement = role == Role.Reporter
            ? EnforcementCheck.NothingToBan
            : EnforcementCheck.Find(consumer, programs.FindCurrent(HealthMessage.Producer), health?.At ?? default);
        return new ServerStatus(
            server,
            role?.Name,
            programs.Names,
            followsStream ? null : broker.CountMessages(Topology.QueueFor(server)),
            errors,
            reports is null ? null : UtcTimestamp.Format(reports.Last),
            reported is null ? null : reports?.Count ?? 0,
            quarantinedBy.Length == 0 && health is null or { FloodedBy: not null } ? null : quarantinedBy,
            [.. doubts[server], .. HealthProblems.FindForServer(health, server)],
            [
                .. todo.Find(errors, quarantinedBy),
                .. followsStream ? FindOfStream(server, programs) : [],
                .. enforcement.Problem is { } problem ? [problem] : Array.Empty<string>(),
                .. policies.Where(policy => policy.Concerns(server)).Select(policy => policy.Message),
            ])
        {
            Type = ServerStatus.FindType(role, broker.FindType(Topology.QueueFor(server))),
            Programs = programs.All,
            Via = reported is null ? null : reports?.Via ?? [],
            Lag = consumer?.Message.Lag is { } lag && Math.Abs(lag) < MaxLagSeconds ? lag : null,
            Enforced = enforcement.Answer,
            HistorySince = history is null ? null : UtcTimestamp.Format(history.PublishedAt),
        };
    }

    private IEnumerable<string> FindOfStream(string server, ServerPrograms programs)
    {
        LastHealth? away = programs.FindAway(HealthMessage.Consumer);
        return StreamServerProblems.FindMissed(server, away, history, health?.At ?? default) is { } missed
            ? StreamServerProblems.FindQueues(server, broker).Prepend(missed)
            : StreamServerProblems.FindQueues(server, broker);
    }
}
