using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>The programs that are logged in as one server.</summary>
/// <param name="role">The server's role; null if the permissions are not those of a role.</param>
internal sealed class ServerPrograms(Role? role, IReadOnlyList<ConnectedProgram> connections)
{
    /// <summary>
    /// The names of the connected programs; null if a connection of an unknown program may be that of a program which seems to be missing.
    /// </summary>
    public IReadOnlyList<string>? Names => IsUnknown ? null : [.. Known.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The programs that the role requires and that are certainly not connected.</summary>
    public IEnumerable<string> Missing => IsUnknown ? [] : Unseen;

    /// <summary>The program with the largest difference between its host's clock and the broker's; null if no clock is known.</summary>
    public ConnectedProgram? WorstClock =>
        connections.Where(program => program.ClockAhead is not null).MaxBy(program => program.ClockAhead!.Value.Duration());

    private IEnumerable<string> Known => connections.Select(program => program.Name).OfType<string>();

    private bool IsUnknown => connections.Any(program => program.Name is null) && (role is null || Unseen.Any());

    private IEnumerable<string> Unseen => Required.Except(Known);

    private IEnumerable<string> Required =>
    [
        .. role?.CanReceive == true ? ["consumer"] : Array.Empty<string>(),
        .. role?.CanReport == true ? ["producer"] : Array.Empty<string>(),
    ];
}
