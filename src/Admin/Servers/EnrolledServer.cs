using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="Role">Null when somebody has given it other rights.</param>
/// <param name="HasPassword">Whether a password logs it in; else a certificate does.</param>
internal sealed record EnrolledServer(Role? Role, bool HasPassword);
