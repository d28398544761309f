using F2bBroker.Contracts;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Consumer;

/// <summary>
/// Where a refused message goes: its body unchanged (of a far too long one the beginning), with origin and reason as headers. MassTransit's own way copies <c>user_id</c>, which the
/// broker refuses from any other user, and obeys addresses in the sender's headers: either would stop the queue for ever.
/// </summary>
internal sealed class ErrorQueue(string name, TimeProvider time, ILogger<ErrorQueue> log) : IDisposable
{
    private static readonly Dictionary<string, object?> NoArguments = [];

    private readonly Complaints complaints = new(name, log, time);

    public async Task DeclareAsync(ChannelContext channel)
    {
        await channel.ExchangeDeclare(name, ExchangeType.Fanout, durable: true, autoDelete: false, NoArguments, channel.CancellationToken);
        await channel.QueueDeclare(name, durable: true, exclusive: false, autoDelete: false, NoArguments, channel.CancellationToken);
        await channel.QueueBind(name, name, "", NoArguments, channel.CancellationToken);
    }

    /// <summary>Completes once the broker has confirmed the message in the error queue; only then may it be acknowledged in its own.</summary>
    /// <param name="isTold">Whether the daemon's log tells of it as of a refusal.</param>
    public async Task PutAsync(ReceiveContext context, string reason, bool isTold = true)
    {
        string origin = Origin.Of(Origin.PropertiesOf(context));
        // Nothing else of the sender's properties: an expiration, say, would take the message out of the error queue again.
        BasicProperties properties = new()
        {
            Persistent = true,
            ContentType = "application/json",
            Headers = new Dictionary<string, object?> { [Topology.OriginHeader] = origin, [Topology.ReasonHeader] = reason },
        };
        await PublishAsync(context.GetPayload<ChannelContext>(), properties, Body.BeginningOf(context.Body), context.CancellationToken);
        if (isTold)
        {
            complaints.Tell(origin, reason);
        }
    }

    public void Dispose() => complaints.Dispose();

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
