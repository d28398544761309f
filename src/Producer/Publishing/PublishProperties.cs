using MassTransit;

namespace F2bBroker.Producer.Publishing;

/// <summary>Sets <c>user_id</c> on each message. The broker refuses a false value, so the receivers can trust it.</summary>
internal static class PublishProperties
{
    public static void Apply(SendContext context, string server)
    {
        if (context.TryGetPayload(out RabbitMqSendContext? rabbit))
        {
            rabbit.Mandatory = true;
            rabbit.BasicProperties.UserId = server;
        }
    }
}
