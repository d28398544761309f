using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>Names of exchanges, queues and streams that a compromised server that follows the stream may try.</summary>
internal static class StreamServerNames
{
    public static readonly string[] All =
    [
        Topology.BansExchange,
        Topology.HistoryStream,
        Topology.PardonsExchange,
        Topology.PardonsStream,
        Topology.HealthExchange,
        Topology.HealthStream,
        .. new[] { StreamServersGroup.Other, StreamServersGroup.Both, StreamServersGroup.Receiver }
            .SelectMany(server => new[] { Topology.QueueFor(server), Topology.ErrorQueueFor(server) }),
        "other",
        "amq.direct",
        "amq.fanout",
        "amq.topic",
        "amq.headers",
        "amq.match",
        "amq.rabbitmq.trace",
        "amq.rabbitmq.reply-to",
    ];

    /// <summary>Returns true if the server may write to the name.</summary>
    public static bool IsWritable(string server, string name) =>
        name == Topology.HealthExchange || (name == Topology.BansExchange && server == StreamServersGroup.Both);

    /// <summary>Returns true if each server that follows the stream may read the name.</summary>
    public static bool IsReadable(string name) => name is Topology.HistoryStream or Topology.PardonsStream;
}
