using F2bBroker.Admin.Health;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>The programs of one server: what the health messages and the management API tell about them together.</summary>
/// <param name="role">The server's role; null if the permissions are not those of a role.</param>
/// <param name="connections">The connections with the server's login. They must have been read after the health messages.</param>
/// <param name="health">What the health messages said; null if that is unknown.</param>
internal sealed class ServerPrograms(string server, Role? role, IReadOnlyList<ConnectedProgram> connections, HealthSnapshot? health)
{
    private static readonly string[] Both = [HealthMessage.Consumer, HealthMessage.Producer];

    /// <summary>The programs that the role requires, and others that were seen.</summary>
    public IReadOnlyList<ProgramStatus> All { get; } =
    [
        .. Both
            .Where(program =>
                Requires(role, program)
                || health?.Find(server, program) is not null
                || connections.Any(connection => connection.Name == program))
            .Select(program => ProgramStatus.Create(server, program, connections, health)),
    ];

    /// <summary>
    /// The names of the connected programs; null if a connection of an unknown program may be that of a program which seems to be missing.
    /// </summary>
    public IReadOnlyList<string>? Names => IsUnknown
        ? null
        : [.. All.Where(program => program.IsConnected == true).Select(program => program.Program), .. Others];

    /// <summary>The programs that the role requires.</summary>
    public IEnumerable<ProgramStatus> Required => All.Where(program => Requires(role, program.Program));

    /// <summary>The program with the largest difference between its host's clock and the broker's; null if no clock is known.</summary>
    public ConnectedProgram? WorstClock =>
        connections.Where(program => program.ClockAhead is not null).MaxBy(program => program.ClockAhead!.Value.Duration());

    /// <summary>The last message of a program that is not stopped or silent; null if there is none.</summary>
    public LastHealth? FindCurrent(string program) => health?.FindCurrent(server, program);

    /// <summary>The last message of a program that is stopped or silent; null if it is neither.</summary>
    public LastHealth? FindAway(string program) =>
        All.Any(found => found.Program == program && found.State is ProgramState.Stopped or ProgramState.Silent)
            ? health?.Find(server, program)
            : null;

    public static IEnumerable<ProgramName> RequiredBy(string server, Role? role) =>
        Both.Where(program => Requires(role, program)).Select(program => new ProgramName(server, program));

    private bool IsUnknown => role is null
        ? connections.Any(connection => connection.Name is null) && All.Count(program => program.IsConnected == true) < Both.Length
        : Required.Any(program => program.IsConnected is null);

    private IEnumerable<string> Others => connections.Select(connection => connection.Name).OfType<string>()
        .Except(All.Select(program => program.Program))
        .Order(StringComparer.Ordinal);

    private static bool Requires(Role? role, string program) =>
        program == HealthMessage.Consumer ? role?.CanReceive == true : role?.CanReport == true;
}
