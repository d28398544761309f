using F2bBroker.Consumer.Refusals;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Checks the server's queue on the broker before the consumer starts.</summary>
internal static class QueueCheck
{
    /// <summary>
    /// Declares the queue again if it exists, which changes nothing, and the error queue, as the consumer does at each start. Returns an
    /// error message if the queues cannot be used.
    /// </summary>
    public static async Task<string?> FindErrorAsync(Settings settings, IConnection connection, CancellationToken cancel)
    {
        if (await PermissionProbe.FindReceiveErrorAsync(connection, settings.Server, settings.Consumer.QueueType, cancel)
            is { } error)
        {
            return error;
        }

        string queue = Topology.QueueFor(settings.Server);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancel);
            await channel.QueueDeclareAsync(
                queue,
                durable: true,
                exclusive: false,
                autoDelete: false,
                settings.Consumer.QueueType.BanQueueArguments.ToDictionary(),
                cancellationToken: cancel);
            await ErrorQueue.DeclareAsync(channel, settings, cancel);
            return null;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason is { } answer)
        {
            // The consumer creates a missing queue and logs what that means.
            return answer.ReplyCode == Constants.NotFound
                ? null
                : QueueLimit.Describe(settings, refusal) ?? QueueTypeMismatch.Describe(settings, answer.ReplyText);
        }
    }
}
