using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer;

/// <summary>Says that a queue on the broker is of another type than <c>[consumer] queuetype</c>, which the broker refuses for ever.</summary>
internal static class TypeMismatch
{
    private const int NotFound = 404;

    /// <summary>Declares the server's queue anew if it is there, which changes nothing; a sentence when it is of another type.</summary>
    public static async Task<string?> FindAsync(Settings settings, IChannel channel, CancellationToken cancel)
    {
        string queue = Topology.QueueOf(settings.Server);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancel);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, settings.Consumer.QueueType.OfBans.ToDictionary(), cancellationToken: cancel);
            return null;
        }
        catch (OperationInterruptedException refusal) when (refusal.ShutdownReason is { } answer)
        {
            // One that is not there is made by the consumer, which tells what that means.
            return answer.ReplyCode == NotFound ? null : Sentence(settings, answer.ReplyText);
        }
    }

    /// <param name="answer">What the broker answered to a declaration.</param>
    /// <returns>Null when it is about something else.</returns>
    public static string? Sentence(Settings settings, string answer)
    {
        if (!answer.Contains(QueueType.Argument, StringComparison.Ordinal) && !answer.Contains(QueueType.SingleActiveConsumer, StringComparison.Ordinal))
        {
            return null;
        }

        string errors = Topology.ErrorQueueOf(settings.Server);
        QueueType expected = settings.Consumer.QueueType;
        QueueType other = expected == QueueType.Classic ? QueueType.Quorum : QueueType.Classic;
        return answer.Contains($"'{errors}'", StringComparison.Ordinal)
            ? $"[consumer] queuetype is {expected}, and the queue {errors} on the broker is of another type, which cannot be changed: delete that queue, with the refused messages in it."
            : $"[consumer] queuetype is {expected}, and the queue {Topology.QueueOf(settings.Server)} on the broker is of another type, which cannot be changed. Set queuetype = {other} "
                + $"if the server was enrolled so; else f2bbroker revoke {settings.Server}, and enroll it anew{(expected == QueueType.Quorum ? " with --quorum-queue" : "")}: what waits in its queue is lost then.";
    }
}
