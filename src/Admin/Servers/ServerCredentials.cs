using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="Password">Null when a certificate logs in.</param>
/// <param name="Type">Of its queue.</param>
internal sealed record ServerCredentials(string? Password, Role Role, QueueType Type);
