using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Shared.Messaging;

/// <summary>Sets what MassTransit does not expose on its connection to the broker, and opens connections outside MassTransit.</summary>
internal static class BrokerConnection
{
    /// <summary>
    /// As large as a broker can let pass. A larger message than the client takes would end the connection, come again on the next one, and
    /// so
    /// stop the server's queue for ever; taken, it is refused like any other that is no ban.
    /// </summary>
    private const uint MaxMessageBytes = 512 * 1024 * 1024;

    // The system's own choice would be better, had every system given up the older ones.
    private const SslProtocols TlsVersions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What the management UI shows for a connection: <c>f2bbroker-consumer web1 0.1.0</c>.</summary>
    public static string ConnectionNameFor(string server)
    {
        AssemblyName program = Assembly.GetEntryAssembly()!.GetName();
        return $"{program.Name} {server} {program.Version!.ToString(3)}";
    }

    /// <summary>Sets where the broker is and how it is logged in to, as MassTransit cannot be told.</summary>
    /// <param name="certificate">Takes the broker's certificate.</param>
    public static void ConfigureFactory(ConnectionFactory factory, BrokerSettings broker, BrokerCertificateValidator certificate)
    {
        // All nodes of the cluster, in a new random order each time; MassTransit's UseCluster takes seconds to pass over a dead one.
        factory.EndpointResolverFactory = _ => new DefaultEndpointResolver(
            broker.Nodes.Select(node => new AmqpTcpEndpoint(
                node.Host,
                node.Port,
                CreateSslOption(node, broker.Tls, certificate),
                MaxMessageBytes)));
        factory.MaxInboundMessageBodySize = MaxMessageBytes;
        if (broker.Tls?.ClientCertificate is not null)
        {
            factory.AuthMechanisms = [new ExternalMechanismFactory()];
        }
    }

    /// <summary>Has the next connection tell the broker what time it is here.</summary>
    public static void AddClockProperty(ConnectionFactory factory, TimeProvider time) =>
        factory.ClientProperties[Topology.ClockProperty] = UtcTimestamp.Format(time.GetUtcNow());

    /// <summary>Logs in and out again; null when the broker accepts the login, else why not.</summary>
    /// <param name="check">Gives a sentence for what is wrong on the broker, once it has accepted the login.</param>
    public static async Task<LoginFailure?> CheckLoginAsync(
        BrokerSettings broker, string server, CancellationToken cancel, Func<IConnection, CancellationToken, Task<string?>>? check = null)
    {
        BrokerCertificateValidator certificate = new(broker.Tls?.TrustedCas);
        try
        {
            await using IConnection connection = await CreateFactory(broker, server, certificate)
                .CreateConnectionAsync($"{ConnectionNameFor(server)} login check", cancel);
            // The client does not wait for the broker's answer about the virtual host; the answer to a channel comes behind it.
            await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            string? fault = check is null ? null : await check(connection, cancel);
            await connection.CloseAsync(cancel);
            return fault is null ? null : new LoginFailure(true, fault);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // Whatever it was (refused, closed, no answer in time), the login was not accepted.
            return certificate.Error is { } untrusted
                ? LoginFailure.FromCertificateError(untrusted, broker)
                : LoginFailure.FromException(failure, broker, server);
        }
    }

    /// <summary>A connection beside MassTransit's own; it does not come back by itself.</summary>
    /// <param name="user">Who logs in.</param>
    /// <param name="purpose">What the management UI shows behind the program's name.</param>
    /// <exception cref="Exception">See <see cref="IsConnectionFailure"/>.</exception>
    public static Task<IConnection> OpenAsync(BrokerSettings broker, string user, string purpose, CancellationToken cancel) =>
        CreateFactory(broker, user, new BrokerCertificateValidator(broker.Tls?.TrustedCas))
            .CreateConnectionAsync($"{ConnectionNameFor(user)} {purpose}", cancel);

    /// <summary>Whether a broker that went away, refuses or is slow may be the cause.</summary>
    public static bool IsConnectionFailure(Exception failure) =>
        failure
            is RabbitMQClientException
                or IOException
                or SocketException
                or TimeoutException
                or AuthenticationException
                or OperationCanceledException;

    private static ConnectionFactory CreateFactory(BrokerSettings broker, string user, BrokerCertificateValidator certificate)
    {
        ConnectionFactory factory = new()
        {
            UserName = user,
            Password = broker.Password,
            VirtualHost = broker.VirtualHost,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = ResponseTimeout,
            ContinuationTimeout = ResponseTimeout,
        };
        ConfigureFactory(factory, broker, certificate);
        return factory;
    }

    private static SslOption CreateSslOption(BrokerNode node, TlsSettings? tls, BrokerCertificateValidator certificate) =>
        tls is null
            ? new SslOption()
            : new SslOption
            {
                Enabled = true,
                ServerName = node.Host,
                Version = TlsVersions,
                Certs = tls.ClientCertificate is null ? null : [tls.ClientCertificate],
                CertificateValidationCallback = (_, shown, chain, errors) => certificate.Accept(node, shown, chain, errors),
            };
}
