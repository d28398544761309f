using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="Role">The role; null if the permissions were changed by somebody else.</param>
/// <param name="HasPassword">True if a password logs it in, false for a client certificate.</param>
internal sealed record EnrolledServer(Role? Role, bool HasPassword);
