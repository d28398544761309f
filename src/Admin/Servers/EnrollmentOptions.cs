using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="IsForced">True to give an enrolled server new credentials.</param>
/// <param name="HasCertificate">True if it logs in with a client certificate and has no password.</param>
/// <param name="Type">How the server receives: from a queue of that type, or from the stream; null for the present way.</param>
/// <param name="Role">The role; null for the present one, or both.</param>
internal sealed record EnrollmentOptions(bool IsForced, bool HasCertificate, QueueType? Type, Role? Role);
