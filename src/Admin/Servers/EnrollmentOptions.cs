using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="IsForced">Whether a server that is enrolled gets a new login.</param>
/// <param name="HasCertificate">Whether it logs in by a certificate, and so has no password.</param>
/// <param name="HasQuorumQueue">Whether its queue is to be a quorum queue.</param>
/// <param name="Role">Null for the one that it has, or else both.</param>
internal sealed record EnrollmentOptions(bool IsForced, bool HasCertificate, bool HasQuorumQueue, Role? Role);
