using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace F2bBroker.Consumer;

/// <summary>The server's queue, and what is done with its messages.</summary>
internal static class BanEndpoint
{
    /// <summary>Messages that the broker sends ahead, and how many of them wait for the disk at once; one flush serves all that wait.</summary>
    private const ushort Prefetch = 1000;
    private const int Concurrency = 200;

    public static void Compose(IServiceCollection services, Settings settings) => MetricsEndpoint.AddTo(services, settings.Metrics.Consumer)
        .AddSingleton<ConsumerMetrics>()
        .AddSingleton<OwnAddresses>()
        .AddSingleton<Acceptance>()
        .AddSingleton<ErrorQueue>()
        .AddSingleton(new QuarantineSign(Topology.ErrorQueueOf(settings.Server)))
        .AddSingleton<HeardUpTo>()
        .AddSingleton(settings.Consumer)
        .AddSingleton<Containment>()
        .AddSingleton<Ledger>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<BindFilter>(provider, Topology.QueueOf(settings.Server), settings.Consumer.QueueType))
        .AddSingleton<BanConsumer>()
        .AddSingleton<EndpointWatch>()
        .AddSingleton<BrokerAddresses>()
        .AddHostedService(provider => provider.GetRequiredService<BrokerAddresses>())
        .AddSingleton<BanWriter>()
        // Before the bus, so that it still writes while the bus stops.
        .AddHostedService(provider => provider.GetRequiredService<BanWriter>())
        .AddSingleton<ReplayedBans>()
        .AddSingleton<Replay>()
        .AddHostedService(provider => provider.GetRequiredService<Replay>())
        .AddBus(settings, configure: (context, broker) => broker.ReceiveEndpoint(Topology.QueueOf(settings.Server), endpoint => Configure(endpoint, context, settings.Consumer.QueueType)));

    private static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint, IBusRegistrationContext context, QueueType type)
    {
        ErrorQueue errors = context.GetRequiredService<ErrorQueue>();
        // Of a quorum queue it would mean nothing: see QueueType.
        endpoint.ExclusiveConsumer = type == QueueType.Classic;
        foreach ((string argument, object? value) in type.OfBans)
        {
            endpoint.SetQueueArgument(argument, value);
        }

        endpoint.PrefetchCount = Prefetch;
        endpoint.ConcurrentMessageLimit = Concurrency;
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ConfigureChannel(channel => channel.UseFilter(context.GetRequiredService<BindFilter>()));
        endpoint.ConfigureReceive(receive => receive.UseFilter(new SizeFilter(errors)));
        endpoint.ConfigureError(error => error.UseFilter(new UnreadableFilter(errors)));
        endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<EndpointWatch>());
        endpoint.Instance(context.GetRequiredService<BanConsumer>());
    }
}
