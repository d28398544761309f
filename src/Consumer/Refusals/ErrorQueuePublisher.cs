using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Refusals;

/// <summary>
/// Publishes refused messages to the error queue: the unchanged body (only the beginning of a body that is too long), with origin and
/// reason as headers. Copies per sender are limited, because a copy costs more than receiving the message and this server must keep up.
/// </summary>
/// <remarks>
/// MassTransit's own error transport copies <c>user_id</c>, which the broker refuses from any other user, and uses addresses in the
/// sender's headers. Either would block the queue.
/// </remarks>
internal sealed class ErrorQueuePublisher(Settings settings, ConsumerMetrics metrics, TimeProvider time, ILogger<ErrorQueuePublisher> log)
    : IDisposable
{
    private readonly string name = Topology.ErrorQueueFor(settings.Server);
    private readonly ThrottledRefusalLog refusalLog = new(Topology.ErrorQueueFor(settings.Server), log, time);
    private readonly SenderRateLimiter refused = new(new RateLimit(1000, TimeSpan.FromMinutes(10)), time);
    private readonly SenderRateLimiter quarantined = new(new RateLimit(10_000, TimeSpan.FromMinutes(10)), time);

    /// <summary>
    /// Declares the error queue. If it exists and its node is down, bans can be received without it, and a refused message waits for it.
    /// </summary>
    public async Task DeclareAsync(ChannelContext context)
    {
        // After such an answer, the broker closes the channel.
        await using IChannel channel =
            await context.ConnectionContext.Connection.CreateChannelAsync(cancellationToken: context.CancellationToken);
        try
        {
            await ErrorQueue.DeclareAsync(channel, settings, context.CancellationToken);
        }
        catch (OperationInterruptedException failure) when (NotFoundAnswer.FindUnavailable(failure) is { } reason)
        {
            log.LogWarning("Refused messages wait for the error queue: {Reason:l}.", reason);
        }
    }

    /// <summary>
    /// Publishes a copy of a refused message. Completes when the broker has confirmed it; only then may the original be acknowledged.
    /// </summary>
    public async Task RefuseAsync(ReceiveContext context, InvalidMessageException refusal)
    {
        string origin = context.GetOrigin(settings.Server).Name;
        bool isKept = refused.TryAcquire(origin);
        await (isKept ? PublishCopyAsync(context, origin, refusal.Message) : Task.CompletedTask);
        refusalLog.LogRefusal(origin, refusal.Message, isKept);
        metrics.Refused(origin, refusal.Kind);
    }

    /// <summary>Publishes a copy of a valid ban of a quarantined server. Returns false if no copy is kept.</summary>
    public async Task<bool> PublishQuarantinedAsync(ReceiveContext context)
    {
        string origin = context.GetOrigin(settings.Server).Name;
        bool isKept = quarantined.TryAcquire(origin);
        await (isKept ? PublishCopyAsync(context, origin, "quarantined") : Task.CompletedTask);
        return isKept;
    }

    public void Dispose() => refusalLog.Dispose();

    private async Task PublishCopyAsync(ReceiveContext context, string origin, string reason)
    {
        // No other property of the sender is copied. An expiration, for example, would remove the message from the error queue.
        BasicProperties properties = new()
        {
            Persistent = true,
            ContentType = "application/json",
            Timestamp = new AmqpTimestamp(time.GetUtcNow().ToUnixTimeSeconds()),
            Headers = new Dictionary<string, object?> { [Topology.OriginHeader] = origin, [Topology.ReasonHeader] = reason },
        };
        await PublishAsync(context.GetPayload<ChannelContext>(), properties, Truncate(context.Body), context.CancellationToken);
    }

    private async Task PublishAsync(ChannelContext channel, BasicProperties properties, byte[] body, CancellationToken cancel)
    {
        try
        {
            await channel.BasicPublishAsync(name, "", mandatory: true, properties, body, awaitAck: true, cancel);
        }
        catch (MessageReturnedException)
        {
            // The error queue was deleted in the meantime. If its node is down, the broker closes the channel, and delivers the message
            // again after a pause.
            await ErrorQueue.DeclareAsync(channel.Channel, settings, cancel);
            await channel.BasicPublishAsync(name, "", mandatory: true, properties, body, awaitAck: true, cancel);
        }
    }

    /// <summary>
    /// Returns the body, or its first <see cref="BodyValidation.MaxBytes"/> bytes, so that a flood of large bodies costs little.
    /// </summary>
    private static byte[] Truncate(MessageBody body)
    {
        using Stream stream = body.GetStream();
        byte[] beginning = new byte[Math.Min(stream.Length, BodyValidation.MaxBytes)];
        stream.ReadExactly(beginning);
        return beginning;
    }
}
