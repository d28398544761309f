namespace F2bBroker.Contracts;

/// <summary>RabbitMQ's permissions of a user on a virtual host: patterns, anchored at both ends, dots escaped.</summary>
public sealed record Permissions(string Configure, string Write, string Read);
