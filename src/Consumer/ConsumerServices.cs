using F2bBroker.Consumer.Health;
using F2bBroker.Consumer.History;
using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Pardons;
using F2bBroker.Consumer.Processing;
using F2bBroker.Consumer.Receiving;
using F2bBroker.Consumer.Refusals;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Streaming;
using F2bBroker.Consumer.Trials;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace F2bBroker.Consumer;

/// <summary>The composition root: registers the parts of the consumer.</summary>
internal static class ConsumerServices
{
    public static void Configure(IServiceCollection services, Settings settings)
    {
        AddWriting(services, settings);
        if (settings.Consumer.QueueType == QueueType.Stream)
        {
            AddStream(services);
        }
        else
        {
            AddQueue(services, settings);
        }
    }

    private static void AddWriting(IServiceCollection services, Settings settings) =>
        MetricsEndpoint
            .AddTo(services, settings.Metrics.Consumer)
            .AddSingleton<ConsumerMetrics>()
            .AddSingleton<HostAddresses>()
            .AddSingleton<SkipRules>()
            .AddSingleton<LatestBanTime>()
            .AddSingleton(settings.Consumer)
            .AddSingleton<ServerQuarantine>()
            .AddSingleton<BanEvaluator>()
            .AddSingleton<CurrentPardons>()
            .AddSingleton<BanProcessor>()
            .AddSingleton<IHealthContent, ConsumerHealth>()
            .AddSingleton<BrokerAddresses>()
            .AddHostedService<BrokerAddressUpdater>()
            .AddSingleton<BanWriter>()
            // Registered before what receives, so that it still writes while that stops.
            .AddHostedService(provider => provider.GetRequiredService<BanWriter>())
            .AddHostedService<TrialRelease>()
            .AddSingleton<StreamConnection>()
            .AddHostedService<PardonFollower>();

    private static void AddStream(IServiceCollection services) =>
        services
            .AddSingleton<ResumableStream>()
            .AddSingleton<StreamMessageProcessor>()
            .AddSingleton<StreamFollower>()
            // The broker needs much memory for each connection of a large group.
            .AddSingleton(provider => new HealthConnectionSource(provider.GetRequiredService<StreamConnection>().OpenAsync, IsShared: true))
            .AddSingleton(provider => new ConnectionHealth(() => provider.GetRequiredService<StreamFollower>().Failure))
            .AddHostedService(provider => provider.GetRequiredService<StreamFollower>());

    private static void AddQueue(IServiceCollection services, Settings settings) =>
        services
            .AddSingleton<ErrorQueuePublisher>()
            .AddSingleton(provider =>
                ActivatorUtilities.CreateInstance<DeclareQueueFilter>(
                    provider,
                    Topology.QueueFor(settings.Server),
                    settings.Consumer.QueueType))
            .AddSingleton<BanConsumer>()
            .AddSingleton<ReceiveEndpointObserver>()
            .AddSingleton<ReplayProcessor>()
            .AddSingleton<HistoryReplay>()
            .AddHostedService(provider => provider.GetRequiredService<HistoryReplay>())
            .AddBus(settings, configure: (context, broker) =>
                broker.ReceiveEndpoint(Topology.QueueFor(settings.Server), endpoint =>
                    BanEndpoint.Configure(endpoint, context, settings.Consumer.QueueType)));
}
