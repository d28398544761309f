namespace F2bBroker.Contracts;

/// <summary>Names of the objects on the broker. Every program takes them from here.</summary>
public static class Topology
{
    public const string VirtualHost = "f2b";

    /// <summary>The fanout exchange that every server publishes to.</summary>
    public const string BansExchange = "f2b.bans";

    /// <summary>The stream with the bans of the retention time. Servers may only read it.</summary>
    public const string HistoryStream = "f2b.history";

    /// <summary>
    /// The fanout exchange that operators publish pardons to. Servers have no permission on it. It has another name than the stream,
    /// because a permission to read the stream would allow a server to bind the exchange to another one.
    /// </summary>
    public const string PardonsExchange = "f2b.pardons.in";

    /// <summary>The stream with the operators' pardons. Servers may only read it.</summary>
    public const string PardonsStream = "f2b.pardons";

    /// <summary>
    /// The fanout exchange that every daemon publishes its health to. It has another name than the stream, because a permission covers
    /// both.
    /// </summary>
    public const string HealthExchange = "f2b.health.in";

    /// <summary>The stream with the health messages. Only operators may read it.</summary>
    public const string HealthStream = "f2b.health";

    /// <summary>Headers of a message in the error queue: its authenticated sender, and the reason for the refusal.</summary>
    public const string OriginHeader = "f2b-origin";
    public const string ReasonHeader = "f2b-reason";

    /// <summary>
    /// A client property of a connection: the host's clock at login (<see cref="UtcTimestamp"/>). Operators see a wrong clock by it.
    /// </summary>
    public const string ClockProperty = "f2b-clock";

    /// <summary>The end of the name of a server's error queue.</summary>
    public const string ErrorSuffix = "_error";

    /// <summary>Returns the name of the server's durable queue and of MassTransit's exchange for it.</summary>
    public static string QueueFor(string server) => $"{BansExchange}.{server}";

    /// <summary>Returns the name of the queue that holds what the server refused.</summary>
    public static string ErrorQueueFor(string server) => $"{QueueFor(server)}{ErrorSuffix}";

    /// <summary>Returns the server that owns a queue, or an exchange of the same name; null if none does.</summary>
    public static string? FindServer(string queue)
    {
        string prefix = QueueFor("");
        if (!queue.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        string rest = queue[prefix.Length..];
        string server = rest.EndsWith(ErrorSuffix, StringComparison.Ordinal) ? rest[..^ErrorSuffix.Length] : rest;
        return ServerName.IsValid(server) ? server : null;
    }
}
