using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="Role">The role; null if the permissions were changed by somebody else.</param>
/// <param name="Permissions">The permissions; null if it has none.</param>
/// <param name="PasswordHash">The hash of its password; empty if a client certificate logs in.</param>
/// <param name="HashingAlgorithm">The algorithm of the hash.</param>
internal sealed record EnrolledServer(Role? Role, Permissions? Permissions, string PasswordHash, string HashingAlgorithm)
{
    /// <summary>True if a password logs it in, false for a client certificate.</summary>
    public bool HasPassword => PasswordHash.Length > 0;
}
