using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <param name="Password">The password; null if a client certificate logs in.</param>
/// <param name="Type">The type of its queue.</param>
internal sealed record ServerCredentials(string? Password, Role Role, QueueType Type);
