using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="IsForced">True to give an enrolled server new credentials.</param>
/// <param name="HasCertificate">True if it logs in with a client certificate and has no password.</param>
/// <param name="Type">How the server receives: from a queue of that type, or from the stream; null for the present way.</param>
/// <param name="Role">The role; null for the present one, or both.</param>
/// <param name="DropsWaiting">True to delete waiting bans that the stream does not hold, when a server is to follow the stream.</param>
internal sealed record EnrollmentOptions(bool IsForced, bool HasCertificate, QueueType? Type, Role? Role, bool DropsWaiting)
{
    /// <summary>For a new password. All else stays.</summary>
    public static EnrollmentOptions NewPassword { get; } =
        new(IsForced: true, HasCertificate: false, Type: null, Role: null, DropsWaiting: false);

    /// <summary>Returns the role that the options ask for. What they leave open stays as it is.</summary>
    /// <param name="present">The role of the enrolled server; null if it is not enrolled.</param>
    /// <exception cref="CommandFailedException">The options exclude each other.</exception>
    public Role ChooseRole(Role? present)
    {
        bool followsStream = Type is null ? present?.FollowsStream == true : Type == QueueType.Stream;
        Role role = (Role ?? present ?? Role.Both).ReceivingFrom(followsStream ? QueueType.Stream : QueueType.Classic);
        return role.CanReceive || Type is null
            ? role
            : throw new CommandFailedException(ExitCode.Configuration, followsStream
                ? $"--stream: a {role} receives no bans."
                : $"--{(Type == QueueType.Quorum ? "quorum-" : "")}queue: a {role} has no queue.");
    }
}
