using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace F2bBroker.Daemon.Messaging;

/// <summary>MassTransit on RabbitMQ as both daemons need it: own login, bare JSON, nothing declared that this server has no right to.</summary>
internal static class Bus
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddBus(
        this IServiceCollection services,
        Settings settings,
        Action<IBusRegistrationConfigurator>? register = null,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? configure = null)
    {
        services.AddSingleton<BrokerLogin>().AddSingleton<BrokerContact>();
        services.Configure<MassTransitHostOptions>(options => options.StopTimeout = StopPatience);
        return services.AddMassTransit(bus =>
        {
            register?.Invoke(bus);
            bus.UsingRabbitMq((context, broker) =>
            {
                ConnectTo(broker, context, settings);
                // Else the sender could choose MassTransit's envelope by its content type.
                broker.ClearSerialization();
                broker.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                broker.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                broker.ConfigureJsonSerializerOptions(BanJson.Apply);
                broker.Message<BanDetected>(message => message.SetEntityName(Topology.Bans));
                // The exchange is the operator's: a server may publish to it, not declare it.
                broker.Publish<BanDetected>(message => message.Exclude = true);
                configure?.Invoke(context, broker);
            });
        });
    }

    private static void ConnectTo(IRabbitMqBusFactoryConfigurator broker, IBusRegistrationContext context, Settings settings)
    {
        BrokerNode first = settings.Broker.Nodes[0];
        BrokerLogin login = context.GetRequiredService<BrokerLogin>();
        TimeProvider time = context.GetRequiredService<TimeProvider>();
        BrokerContact contact = context.GetRequiredService<BrokerContact>();
        CancellationToken stopping = context.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        broker.Host(first.Host, (ushort)first.Port, settings.Broker.VirtualHost, BrokerConnection.NameOf(settings.Server), host =>
        {
            host.Username(settings.Server);
            host.Password(settings.Broker.Password);
            host.Heartbeat(Heartbeat);
            host.OnRefreshConnectionFactory = async factory =>
            {
                BrokerConnection.Prepare(factory, settings.Broker, new BrokerCertificate(settings.Broker.Tls?.Authorities));
                contact.ListenTo(factory);
                await login.WaitAsync(stopping);
                BrokerConnection.TellClock(factory, time);
            };
        });
    }
}
