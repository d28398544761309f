using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>Names and rights on the broker; every program takes them from here.</summary>
public static class Topology
{
    public const string VirtualHost = "f2b";

    /// <summary>The fanout exchange that every server publishes to.</summary>
    public const string Bans = "f2b.bans";

    /// <summary>The stream that holds what was published within the last day: servers may read it, and have no other right to it.</summary>
    public const string History = "f2b.history";

    /// <summary>Headers of a refused message in the error queue: who sent it, as the broker vouched for, and why it was refused.</summary>
    public const string OriginHeader = "f2b-origin";
    public const string ReasonHeader = "f2b-reason";

    /// <summary>The server's durable queue, and MassTransit's exchange of the same name.</summary>
    public static string QueueOf(string server) => $"{Bans}.{server}";

    /// <summary>What the server refused, with the reason.</summary>
    public static string ErrorQueueOf(string server) => $"{QueueOf(server)}_error";

    /// <summary>Patterns of RabbitMQ's permissions for the server's user: anchored at both ends, dots escaped.</summary>
    public static (string Configure, string Write, string Read) RightsOf(string server)
    {
        string name = Regex.Escape(server);
        return ($@"^f2b\.bans\.{name}(_error)?$", $@"^f2b\.bans(\.{name}(_error)?)?$", $@"^f2b\.(bans(\.{name}(_error)?)?|history)$");
    }
}
