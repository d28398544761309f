using MassTransit;

namespace F2bBroker.Producer.Publishing;

/// <summary>Puts the server's broker user on each message: the broker refuses a false one, so that a peer can rely on it.</summary>
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
