using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace F2bBroker.Daemon.Messaging;

/// <summary>Registers MassTransit for both daemons: own login, bare JSON, no declaration that the server has no permission for.</summary>
internal static class BusRegistration
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddBus(
        this IServiceCollection services,
        Settings settings,
        Action<IBusRegistrationConfigurator>? register = null,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? configure = null)
    {
        services.AddSingleton(provider => ConnectionHealth.FromBus(provider.GetRequiredService<IBusControl>()));
        services.Configure<MassTransitHostOptions>(options => options.StopTimeout = ShutdownTimeout);
        return services.AddMassTransit(bus =>
        {
            register?.Invoke(bus);
            bus.UsingRabbitMq((context, broker) =>
            {
                ConnectTo(broker, context, settings);
                // Otherwise the sender could select MassTransit's envelope by its content type.
                broker.ClearSerialization();
                broker.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                broker.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                broker.ConfigureJsonSerializerOptions(BanJson.Apply);
                broker.Message<BanDetected>(message => message.SetEntityName(Topology.BansExchange));
                // The operator declares the exchange. A server may publish to it but not declare it.
                broker.Publish<BanDetected>(message => message.Exclude = true);
                configure?.Invoke(context, broker);
            });
        });
    }

    private static void ConnectTo(IRabbitMqBusFactoryConfigurator broker, IBusRegistrationContext context, Settings settings)
    {
        BrokerNode first = settings.Broker.Nodes[0];
        BrokerLoginCheck login = context.GetRequiredService<BrokerLoginCheck>();
        TimeProvider time = context.GetRequiredService<TimeProvider>();
        LastBrokerContact contact = context.GetRequiredService<LastBrokerContact>();
        CancellationToken stopping = context.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        broker.Host(
            first.Host,
            (ushort)first.Port,
            settings.Broker.VirtualHost,
            BrokerConnection.ConnectionNameFor(settings.Server),
            host =>
            {
                host.Username(settings.Server);
                host.Heartbeat(BrokerConnection.Heartbeat);
                host.OnRefreshConnectionFactory = async factory =>
                {
                    BrokerLogin accepted = await login.WaitUntilAcceptedAsync(stopping);
                    BrokerConnection.ConfigureFactory(
                        factory,
                        settings.Broker,
                        accepted,
                        new BrokerCertificateValidator(accepted.Tls?.TrustedCas));
                    contact.Observe(factory);
                    BrokerConnection.AddClockProperty(factory, time);
                };
            });
    }
}
