using F2bBroker.Admin.Health;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>A program of a server, as the operator sees it. What is unknown is null.</summary>
/// <param name="Program"><c>consumer</c> or <c>producer</c>.</param>
/// <param name="IsConnected">True if it is logged in; null if the broker does not know.</param>
/// <param name="Version">The version.</param>
/// <param name="LastMessage">The time of its last health message.</param>
/// <param name="AgeSeconds">The age of that message; null also if the server's clock is wrong.</param>
internal sealed record ProgramStatus(
    string Program,
    ProgramState State,
    bool? IsConnected,
    string? Version,
    string? LastMessage,
    int? AgeSeconds)
{
    /// <param name="connections">The connections with the server's login.</param>
    /// <param name="health">What the health messages said; null if that is unknown.</param>
    public static ProgramStatus Create(
        string server,
        string program,
        IReadOnlyList<ConnectedProgram> connections,
        HealthSnapshot? health)
    {
        ConnectedProgram? connection = connections.FirstOrDefault(found => found.Name == program);
        LastHealth? last = health?.Find(server, program);
        // A version that sends no messages may have replaced one that did.
        if (connection?.Version is { } version && last?.Message.Version.StartsWith(version, StringComparison.Ordinal) == false)
        {
            last = null;
        }

        bool isPossible = connection is not null || connections.Any(found => found.Name is null);
        ProgramState state = last is null
            ? FindState(connection is not null, isPossible, health)
            : FindState(last, connection is not null, isPossible, health!.At);
        return new ProgramStatus(
            program,
            state,
            connection is not null || state == ProgramState.Connected ? true : isPossible && state == ProgramState.Unknown ? null : false,
            last is null ? connection?.Version : ProgramVersion.Sanitize(last.Message.Version),
            last is null ? null : UtcTimestamp.Format(last.PublishedAt),
            (int?)last?.AgeAt(health!.At)?.TotalSeconds);
    }

    /// <summary>Returns the cell's text: <c>consumer 0.2.0 20s</c>; <c>?</c> stands for an unknown age.</summary>
    public override string ToString() =>
        string.Join(' ', new[] { Program, Version, AgeSeconds is { } age ? ShortTime.Format(age) : "?" }.OfType<string>());

    private static ProgramState FindState(LastHealth last, bool isConnected, bool isPossible, DateTimeOffset now) =>
        last.IsStopped ? isConnected ? ProgramState.Connected : ProgramState.Stopped
        : last.IsSilent(now) ? ProgramState.Silent
        : isPossible ? ProgramState.Connected
        : ProgramState.Disconnected;

    private static ProgramState FindState(bool isConnected, bool isPossible, HealthSnapshot? health) =>
        isConnected ? ProgramState.Connected
        : isPossible ? ProgramState.Unknown
        : health is null or { FloodedBy: not null } ? ProgramState.Disconnected
        : ProgramState.NeverSeen;
}
