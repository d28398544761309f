namespace F2bBroker.Contracts;

/// <summary>Names on the broker; every program takes them from here.</summary>
public static class Topology
{
    public const string VirtualHost = "f2b";

    /// <summary>The fanout exchange that every server publishes to.</summary>
    public const string BansExchange = "f2b.bans";

    /// <summary>The stream that holds what was published within the last day: servers may read it, and have no other right to it.</summary>
    public const string HistoryStream = "f2b.history";

    /// <summary>Headers of a refused message in the error queue: who sent it, as the broker vouched for, and why it was refused.</summary>
    public const string OriginHeader = "f2b-origin";
    public const string ReasonHeader = "f2b-reason";

    /// <summary>
    /// Client property of a connection: this host's clock at the time of the login (<see cref="UtcTimestamp"/>), so that the operator sees
    /// one that is off.
    /// </summary>
    public const string ClockProperty = "f2b-clock";

    /// <summary>The end of the name of a server's error queue.</summary>
    public const string ErrorSuffix = "_error";

    /// <summary>The server's durable queue, and MassTransit's exchange of the same name.</summary>
    public static string QueueFor(string server) => $"{BansExchange}.{server}";

    /// <summary>What the server refused, with the reason.</summary>
    public static string ErrorQueueFor(string server) => $"{QueueFor(server)}{ErrorSuffix}";
}
