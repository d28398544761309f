using F2bBroker.Contracts;

namespace F2bBroker.Admin.Policies;

/// <summary>A policy that does not do what F2bBroker needs.</summary>
/// <param name="Message">The problem and the remedy.</param>
/// <param name="Objects">The names of the queues and exchanges that it concerns.</param>
internal sealed record PolicyProblem(string Message, IReadOnlyList<string> Objects)
{
    /// <summary>Returns true if it concerns a queue of the server, or a stream or the exchange, which all servers need.</summary>
    public bool Concerns(string server) =>
        Objects.Select(Topology.FindServer).Any(owner => owner is null || owner == server);
}
