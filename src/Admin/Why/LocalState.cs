using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>What is known on the server on which the command runs.</summary>
/// <param name="Server">The server's name.</param>
/// <param name="Log">The path of the monitored log.</param>
/// <param name="Lines">The lines of the monitored log and its rotated siblings, oldest first.</param>
/// <param name="Refused">The messages in the server's error queue that contain the address.</param>
/// <param name="NewBan">A ban of the address that another server would report now.</param>
/// <param name="Decision">What the server's rules decide about that ban.</param>
internal sealed record LocalState(
    string Server,
    string Log,
    IReadOnlyList<LoggedLine> Lines,
    IReadOnlyList<RefusedMessage> Refused,
    Ban NewBan,
    LocalDecision Decision,
    Fail2BanState Fail2Ban);
