using F2bBroker.Daemon;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Producer;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

DaemonProgram program = new(
    "Follows fail2ban's log or the journal and shares each ban with the other servers through RabbitMQ.",
    settings => ProducerFiles.Faults(settings, LogTarget.In(LogTarget.Folder)),
    (services, settings) => MetricsEndpoint.AddTo(services, settings.Metrics.Producer)
        .AddSingleton<ProducerMetrics>()
        .AddBus(settings, configure: (_, broker) => broker.ConfigurePublish(publish => publish.UseExecute(context => SignedBy.Server(context, settings.Server))))
        .AddSingleton<BanPublisher>()
        .AddHostedService<Shipper>()
        .AddHostedService<StandingConnection>(),
    settings => ProducerFiles.Doubts(settings, LogTarget.In(LogTarget.Folder)),
    (settings, connection, cancel) => OwnRights.FaultOfPublishingAsync(connection, settings.Server, cancel));
return await program.RunAsync(args);
