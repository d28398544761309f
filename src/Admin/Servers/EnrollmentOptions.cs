using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="IsForced">True to give an enrolled server new credentials.</param>
/// <param name="HasCertificate">True if it logs in with a client certificate and has no password.</param>
/// <param name="HasQuorumQueue">True for a quorum queue.</param>
/// <param name="Role">The role; null for the present one, or both.</param>
internal sealed record EnrollmentOptions(bool IsForced, bool HasCertificate, bool HasQuorumQueue, Role? Role);
