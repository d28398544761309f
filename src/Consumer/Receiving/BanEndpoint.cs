using F2bBroker.Consumer.Refusals;
using F2bBroker.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace F2bBroker.Consumer.Receiving;

/// <summary>The server's queue, and what is done with its messages.</summary>
internal static class BanEndpoint
{
    /// <summary>
    /// Messages that the broker sends ahead, and how many of them wait for the disk at once; one flush serves all that wait.
    /// </summary>
    private const ushort Prefetch = 1000;
    private const int Concurrency = 200;

    public static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, IBusRegistrationContext context, QueueType type)
    {
        ErrorQueuePublisher errors = context.GetRequiredService<ErrorQueuePublisher>();
        // Of a quorum queue it would mean nothing: see QueueType.
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
