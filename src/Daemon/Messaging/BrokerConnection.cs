using System.Reflection;
using F2bBroker.Daemon.Configuration;
using RabbitMQ.Client;

namespace F2bBroker.Daemon.Messaging;

/// <summary>How this program logs in to the broker, where MassTransit has no say in it.</summary>
internal static class BrokerConnection
{
    /// <summary>
    /// As large as a broker can let pass. A larger message than the client takes would end the connection, come again on the next one, and so
    /// stop the server's queue for ever; taken, it is refused like any other that is no ban.
    /// </summary>
    private const uint LargestMessage = 512 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What the management UI shows for a connection: <c>f2bbroker-consumer web1 0.1.0</c>.</summary>
    public static string NameOf(string server)
    {
        AssemblyName program = Assembly.GetEntryAssembly()!.GetName();
        return $"{program.Name} {server} {program.Version!.ToString(3)}";
    }

    /// <summary>The nodes of the broker's cluster, in a new random order each time.</summary>
    public static IEndpointResolver EndpointsOf(BrokerSettings broker) =>
        new DefaultEndpointResolver(broker.Nodes.Select(node => new AmqpTcpEndpoint(node.Host, node.Port, new SslOption(), LargestMessage)));

    /// <summary>What MassTransit does not set.</summary>
    public static void Prepare(ConnectionFactory factory, BrokerSettings broker)
    {
        // All nodes of the cluster; MassTransit's UseCluster takes seconds to pass over a dead one.
        factory.EndpointResolverFactory = _ => EndpointsOf(broker);
        factory.MaxInboundMessageBodySize = LargestMessage;
    }

    /// <summary>Logs in and out again; null when the broker accepts the login, else why not.</summary>
    public static async Task<LoginFault?> TryAsync(BrokerSettings broker, string server, CancellationToken cancel)
    {
        ConnectionFactory factory = new()
        {
            UserName = server,
            Password = broker.Password,
            VirtualHost = broker.VirtualHost,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Patience,
            ContinuationTimeout = Patience,
        };
        try
        {
            await using IConnection connection = await factory.CreateConnectionAsync(EndpointsOf(broker), $"{NameOf(server)} login check", cancel);
            // The client does not wait for the broker's answer about the virtual host; the answer to a channel comes behind it.
            await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            await connection.CloseAsync(cancel);
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // Whatever it was (refused, closed, no answer in time), the login was not accepted.
            return LoginFault.Of(failure, broker, server);
        }
    }
}
