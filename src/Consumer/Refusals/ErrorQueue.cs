using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Refusals;

/// <summary>Declares the server's error queue, which keeps the refused messages.</summary>
internal static class ErrorQueue
{
    /// <summary>Declares the queue, the exchange of the same name and the binding between them. What exists is not changed.</summary>
    /// <exception cref="OperationInterruptedException">The broker refuses one of them, and has closed the channel.</exception>
    public static async Task DeclareAsync(IChannel channel, Settings settings, CancellationToken cancel)
    {
        string name = Topology.ErrorQueueFor(settings.Server);
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: cancel);
        await channel.QueueDeclareAsync(
            name,
            durable: true,
            exclusive: false,
            autoDelete: false,
            settings.Consumer.QueueType.ErrorQueueArguments.ToDictionary(),
            cancellationToken: cancel);
        await channel.QueueBindAsync(name, name, "", cancellationToken: cancel);
    }
}
