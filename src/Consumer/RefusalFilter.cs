using System.Runtime.Serialization;
using F2bBroker.Contracts;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace F2bBroker.Consumer;

/// <summary>
/// Puts a refused message into the error queue, with origin and reason as headers. MassTransit's own way copies <c>user_id</c>, which the broker
/// refuses from any other user: the message would come back for ever.
/// </summary>
internal sealed class RefusalFilter(string errorQueue, ILogger<RefusalFilter> log) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        IReadOnlyBasicProperties received = context.GetPayload<RabbitMqBasicConsumeContext>().Properties;
        string origin = Origin.Of(received);
        string reason = ReasonOf(context.Exception);
        BasicProperties properties = new(received) { Persistent = true, Headers = new Dictionary<string, object?>(received.Headers ?? new Dictionary<string, object?>()) };
        properties.ClearUserId();
        properties.Headers[Topology.OriginHeader] = origin;
        properties.Headers[Topology.ReasonHeader] = reason;
        await PublishAsync(context.GetPayload<ChannelContext>(), properties, context.GetBody(), context.CancellationToken);
        log.LogError("Refused a message of {Origin:l}: {Reason:l}. It is in {Queue:l}.", origin.Length > 0 ? Ban.Quoted(origin) : "an unknown sender", reason, errorQueue);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("refusal");

    private static string ReasonOf(Exception failure) => failure switch
    {
        Refusal refusal => refusal.Message,
        SerializationException => $"the body is no ban in JSON: {Ban.Quoted(failure.GetBaseException().Message)}",
        _ => $"{failure.GetType().Name}: {Ban.Quoted(failure.Message)}",
    };

    private async Task PublishAsync(ChannelContext channel, BasicProperties properties, byte[] body, CancellationToken cancel)
    {
        await channel.ExchangeDeclare(errorQueue, ExchangeType.Fanout, durable: true, autoDelete: false, new Dictionary<string, object?>(), cancel);
        await channel.QueueDeclare(errorQueue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(), cancel);
        await channel.QueueBind(errorQueue, errorQueue, "", new Dictionary<string, object?>(), cancel);
        await channel.BasicPublishAsync(errorQueue, "", mandatory: true, properties, body, awaitAck: true, cancel);
    }
}
