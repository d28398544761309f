namespace F2bBroker.Contracts;

/// <summary>A user's permissions on a virtual host. Each is a pattern that is anchored at both ends and has escaped dots.</summary>
public sealed record Permissions(string Configure, string Write, string Read);
