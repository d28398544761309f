using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;
using MassTransit;

namespace F2bBroker.Consumer;

/// <summary>What RabbitMQ says of a message that MassTransit received.</summary>
internal static class ReceiveContextProperties
{
    /// <param name="server">The server that receives.</param>
    public static Origin OriginFor(this ReceiveContext context, string server)
    {
        RabbitMqBasicConsumeContext message = context.GetPayload<RabbitMqBasicConsumeContext>();
        return message.Exchange == Topology.QueueOf(server) ? Origin.OfRequeued(message.Properties) : Origin.Of(message.Properties);
    }
}
