using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Errors;

/// <summary>
/// Browses a server's error queue. Messages stay in their place unless they are dropped or requeued. A requeued message is acknowledged
/// when the broker has confirmed it in the server's queue.
/// </summary>
internal sealed class ErrorQueueBrowser(OperatorConnection amqp, string server)
{
    private readonly string queue = Topology.ErrorQueueFor(server);

    /// <summary>Processes all present messages and returns the selected ones.</summary>
    /// <exception cref="CommandFailedException">The queue does not exist, or the broker cannot be reached.</exception>
    public async Task<IReadOnlyList<RefusedMessage>> ProcessAsync(
        Func<RefusedMessage, bool> isChosen,
        MessageAction action,
        CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync("errors", cancel);
        return await amqp.TranslateErrorsAsync(() => ProcessAsync(connection, isChosen, action, cancel), Missing, cancel);
    }

    private string Missing =>
        $"'{server}' has no error queue {queue}: it is not enrolled, is a reporter, or its consumer has never started.";

    private async Task<IReadOnlyList<RefusedMessage>> ProcessAsync(
        IConnection connection,
        Func<RefusedMessage, bool> isChosen,
        MessageAction action,
        CancellationToken cancel)
    {
        // Messages that are not acknowledged return to their place when the channel closes.
        await using IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancel);
        uint count = await channel.MessageCountAsync(queue, cancel);
        List<RefusedMessage> chosen = [];
        for (uint i = 0; i < count && await channel.BasicGetAsync(queue, autoAck: false, cancel) is { } message; i++)
        {
            RefusedMessage refused = RefusedMessage.FromDelivery(message.BasicProperties, message.Body.Span);
            if (isChosen(refused))
            {
                await ApplyAsync(channel, message, action, cancel);
                chosen.Add(refused);
            }
        }

        return chosen;
    }

    private async Task ApplyAsync(IChannel channel, BasicGetResult message, MessageAction action, CancellationToken cancel)
    {
        if (action == MessageAction.Requeue)
        {
            BasicProperties properties = new()
            {
                Persistent = true,
                ContentType = "application/json",
                Headers = new Dictionary<string, object?>
                {
                    [Topology.OriginHeader] = MessageOrigin.ReadOriginHeader(message.BasicProperties),
                },
            };
            await channel.BasicPublishAsync(Topology.QueueFor(server), "", mandatory: true, properties, message.Body, cancel);
        }

        if (action != MessageAction.Keep)
        {
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancel);
        }
    }
}
