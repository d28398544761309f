using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Consumer;

/// <summary>
/// Where a refused message goes: its body unchanged (of a far too long one the beginning), with origin and reason as headers.
/// Of a sender that floods, not every message: a copy is dearer than the message, and this server has to keep up.
/// </summary>
/// <remarks>
/// MassTransit's own way copies <c>user_id</c>, which the broker refuses from any other user, and obeys addresses in the sender's headers: either would
/// stop the queue for ever.
/// </remarks>
internal sealed class ErrorQueue(Settings settings, ConsumerMetrics metrics, TimeProvider time, ILogger<ErrorQueue> log) : IDisposable
{
    private static readonly Dictionary<string, object?> NoArguments = [];

    private readonly string name = Topology.ErrorQueueOf(settings.Server);
    private readonly Complaints complaints = new(Topology.ErrorQueueOf(settings.Server), log, time);
    private readonly Allowance refused = new(new Rate(1000, TimeSpan.FromMinutes(10)), time);
    private readonly Allowance quarantined = new(new Rate(10_000, TimeSpan.FromMinutes(10)), time);

    public async Task DeclareAsync(ChannelContext channel)
    {
        await channel.ExchangeDeclare(name, ExchangeType.Fanout, durable: true, autoDelete: false, NoArguments, channel.CancellationToken);
        await channel.QueueDeclare(name, durable: true, exclusive: false, autoDelete: false, settings.Consumer.QueueType.OfErrors.ToDictionary(), channel.CancellationToken);
        await channel.QueueBind(name, name, "", NoArguments, channel.CancellationToken);
    }

    /// <summary>Completes once the broker has confirmed the message in the error queue; only then may it be acknowledged in its own.</summary>
    public async Task RefuseAsync(ReceiveContext context, Refusal refusal)
    {
        string origin = context.OriginFor(settings.Server).Name;
        bool isKept = refused.Admits(origin);
        await (isKept ? PutAsync(context, origin, refusal.Message) : Task.CompletedTask);
        complaints.Tell(origin, refusal.Message, isKept);
        metrics.Refused(origin, refusal.Kind);
    }

    /// <summary>The same for a ban that is in order but of a server under quarantine; false if it is not kept.</summary>
    public async Task<bool> QuarantineAsync(ReceiveContext context)
    {
        string origin = context.OriginFor(settings.Server).Name;
        bool isKept = quarantined.Admits(origin);
        await (isKept ? PutAsync(context, origin, "quarantined") : Task.CompletedTask);
        metrics.Quarantined(origin);
        return isKept;
    }

    public void Dispose() => complaints.Dispose();

    private async Task PutAsync(ReceiveContext context, string origin, string reason)
    {
        // Nothing else of the sender's properties: an expiration, say, would take the message out of the error queue again.
        BasicProperties properties = new()
        {
            Persistent = true,
            ContentType = "application/json",
            Timestamp = new AmqpTimestamp(time.GetUtcNow().ToUnixTimeSeconds()),
            Headers = new Dictionary<string, object?> { [Topology.OriginHeader] = origin, [Topology.ReasonHeader] = reason },
        };
        await PublishAsync(context.GetPayload<ChannelContext>(), properties, Body.BeginningOf(context.Body), context.CancellationToken);
    }

    private async Task PublishAsync(ChannelContext channel, BasicProperties properties, byte[] body, CancellationToken cancel)
    {
        try
        {
            await channel.BasicPublishAsync(name, "", mandatory: true, properties, body, awaitAck: true, cancel);
        }
        catch (MessageReturnedException)
        {
            // Somebody has deleted the queue meanwhile.
            await DeclareAsync(channel);
            await channel.BasicPublishAsync(name, "", mandatory: true, properties, body, awaitAck: true, cancel);
        }
    }
}
