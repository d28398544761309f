using MassTransit;
using RabbitMQ.Client;

namespace F2bBroker.Consumer;

/// <summary>RabbitMQ's properties of a message that MassTransit received.</summary>
internal static class ReceiveContextProperties
{
    public static IReadOnlyBasicProperties Properties(this ReceiveContext context) => context.GetPayload<RabbitMqBasicConsumeContext>().Properties;
}
