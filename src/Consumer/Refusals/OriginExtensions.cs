using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using MassTransit;

namespace F2bBroker.Consumer.Refusals;

/// <summary>Finds the origin of a message that MassTransit received.</summary>
internal static class OriginExtensions
{
    /// <param name="server">The receiving server.</param>
    public static MessageOrigin GetOrigin(this ReceiveContext context, string server)
    {
        RabbitMqBasicConsumeContext message = context.GetPayload<RabbitMqBasicConsumeContext>();
        return message.Exchange == Topology.QueueFor(server)
            ? MessageOrigin.FromOriginHeader(message.Properties)
            : MessageOrigin.FromUserId(message.Properties);
    }
}
