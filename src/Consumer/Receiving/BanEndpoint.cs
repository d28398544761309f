using F2bBroker.Consumer.Refusals;
using F2bBroker.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Configures the receive endpoint of the server's queue.</summary>
internal static class BanEndpoint
{
    /// <summary>The prefetch count, and the number of messages that wait for the disk at once. One flush serves all that wait.</summary>
    private const ushort Prefetch = 1000;
    private const int Concurrency = 200;

    public static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, IBusRegistrationContext context, QueueType type)
    {
        ErrorQueuePublisher errors = context.GetRequiredService<ErrorQueuePublisher>();
        // A quorum queue ignores the flag: see QueueType.
        endpoint.ExclusiveConsumer = type == QueueType.Classic;
        foreach ((string argument, object? value) in type.BanQueueArguments)
        {
            endpoint.SetQueueArgument(argument, value);
        }

        endpoint.PrefetchCount = Prefetch;
        endpoint.ConcurrentMessageLimit = Concurrency;
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ConfigureChannel(channel => channel.UseFilter(context.GetRequiredService<DeclareQueueFilter>()));
        endpoint.ConfigureReceive(receive => receive.UseFilter(new BodySizeFilter(errors)));
        endpoint.ConfigureError(error => error.UseFilter(new InvalidBodyFilter(errors)));
        endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<ReceiveEndpointObserver>());
        endpoint.Instance(context.GetRequiredService<BanConsumer>());
    }
}
