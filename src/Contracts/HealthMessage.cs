namespace F2bBroker.Contracts;

/// <summary>
/// The message in which a daemon reports its health, at least once a minute. The fields are received text;
/// <see cref="Validate"/> checks them.
/// </summary>
/// <param name="Server">The server, which is also its broker user.</param>
/// <param name="Program">The program: <c>producer</c> or <c>consumer</c>.</param>
/// <param name="Version">The program's version: <c>0.2.0</c>.</param>
/// <param name="At">The time by the server's clock, in UTC, see <see cref="UtcTimestamp"/>.</param>
/// <param name="State">The state: <c>ready</c> or <c>stopped</c>.</param>
/// <param name="Problems">The current problems, as the daemon logs them.</param>
public sealed record HealthMessage(
    string Server,
    string Program,
    string Version,
    string At,
    string State,
    IReadOnlyList<string> Problems)
{
    public const string Producer = "producer";
    public const string Consumer = "consumer";
    public const string Ready = "ready";
    public const string Stopped = "stopped";

    /// <summary>The maximum length of the body, in bytes.</summary>
    public const int MaxBytes = 4096;

    public const int MaxProblems = 10;

    /// <summary>The maximum length of a problem, in characters.</summary>
    public const int MaxProblemLength = 300;

    /// <summary>The maximum length of the other texts, in characters.</summary>
    private const int MaxTextLength = 64;

    /// <summary>The time of the last ban that was read (producer) or written (consumer), in UTC; null if there was none.</summary>
    public string? LastBanAt { get; init; }

    /// <summary>The lag of the last live ban in seconds; null for a producer, or if there was none.</summary>
    public double? Lag { get; init; }

    /// <summary>The bans that the broker has confirmed since the producer's start; null for a consumer.</summary>
    public long? Published { get; init; }

    /// <summary>The bans that were written since the consumer's start; null for a producer.</summary>
    public long? Written { get; init; }

    /// <summary>True if <c>[consumer] trial</c> is on, so that bans are written as <c>Trial</c>; otherwise null.</summary>
    public bool? Trial { get; init; }

    /// <summary>The messages that were refused since the consumer's start; null for a producer.</summary>
    public long? Refused { get; init; }

    /// <summary>The bans or lines that were skipped since the start, by reason.</summary>
    public IReadOnlyDictionary<string, long>? Skipped { get; init; }

    /// <summary>The servers that this consumer has quarantined; null for a producer.</summary>
    public IReadOnlyList<QuarantinedServer>? Quarantined { get; init; }

    /// <summary>What is not finished yet.</summary>
    public HealthBacklog? Backlog { get; init; }

    /// <summary>What fail2ban did with shared bans; null if this program does not know.</summary>
    public Enforcement? Enforcement { get; init; }

    /// <summary>True if this consumer writes for another group, so that no fail2ban reads its log; otherwise null.</summary>
    public bool? Bridge { get; init; }

    /// <summary>Returns what is wrong with a received message; null if it is valid.</summary>
    public string? Validate() =>
        !ServerName.IsValid(Server) ? "server is not a server name"
        : Program is not (Producer or Consumer) ? "program is not producer or consumer"
        : State is not (Ready or Stopped) ? "state is not ready or stopped"
        : Version.Length is 0 or > MaxTextLength ? "version is not a version"
        : UtcTimestamp.Parse(At) is null ? "at is not a time in UTC"
        : Problems.Count > MaxProblems || Problems.Any(IsNoProblem) ? "problems are too many or too long"
        : null;

    // The JSON reader accepts null in a list.
    private static bool IsNoProblem(string? problem) => problem is null or { Length: > MaxProblemLength };
}
