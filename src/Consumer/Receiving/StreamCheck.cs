using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Checks on the broker, before the consumer starts, whether this server can follow the stream.</summary>
internal static class StreamCheck
{
    /// <summary>Subscribes to the stream as the consumer does. Returns an error message if it cannot be followed.</summary>
    public static async Task<string?> FindErrorAsync(Settings settings, IConnection connection, CancellationToken cancel)
    {
        if (await PermissionProbe.FindReceiveErrorAsync(connection, settings.Server, settings.Consumer.QueueType, cancel) is { } error)
        {
            return error;
        }

        try
        {
            await using StreamSubscription subscription =
                await StreamSubscription.SubscribeAsync(connection, Topology.HistoryStream, "next", cancel);
            return null;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason is { } answer)
        {
            // The consumer waits for a stream whose node is down or still starting.
            return NotFoundAnswer.IsMissing(refusal)
                    ? NotFoundAnswer.MissingHistory
                : NotFoundAnswer.FindUnavailable(refusal) is not null ? null
                : $"The broker does not serve the stream {Topology.HistoryStream} to '{settings.Server}': "
                    + $"{BrokerLimit.Find(refusal) ?? answer.ReplyText.TrimEnd('.')}.";
        }
    }
}
