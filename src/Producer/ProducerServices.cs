using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Producer.Health;
using F2bBroker.Producer.Metrics;
using F2bBroker.Producer.Publishing;
using F2bBroker.Shared.Configuration;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace F2bBroker.Producer;

/// <summary>The composition root: registers the parts of the producer.</summary>
internal static class ProducerServices
{
    public static void Configure(IServiceCollection services, Settings settings) =>
        MetricsEndpoint
            .AddTo(services, settings.Metrics.Producer)
            .AddSingleton<ProducerMetrics>()
            .AddSingleton<SharedBanCounts>()
            .AddSingleton<ShippingProgress>()
            .AddSingleton<IHealthContent, ProducerHealth>()
            .AddBus(settings, configure: (_, broker) =>
                broker.ConfigurePublish(publish => publish.UseExecute(context => PublishProperties.Apply(context, settings.Server))))
            .AddSingleton<PublishConnection>()
            .AddSingleton<BanPublisher>()
            .AddHostedService<BanShipper>()
            .AddHostedService<ReconnectWorker>();
}
