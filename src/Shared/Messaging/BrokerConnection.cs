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
    /// The largest message that a broker can accept. A message larger than the client's limit would close the connection, be delivered
    /// again on the next one, and so block the queue. With this limit it is received and refused like any other invalid message.
    /// </summary>
    private const uint MaxMessageBytes = 512 * 1024 * 1024;

    // The system's default would be better if no system enabled the older versions.
    private const SslProtocols TlsVersions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The interval of heartbeats on each connection.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(20);

    /// <summary>How long a producer waits for a confirm before it publishes the ban again.</summary>
    public static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    private static readonly AssemblyName Program = Assembly.GetEntryAssembly()!.GetName();

    /// <summary>The version of this program: <c>0.2.0</c>.</summary>
    public static string ProgramVersion => Program.Version!.ToString(3);

    /// <summary>Returns the connection name that the management UI shows: <c>f2bbroker-consumer web1 0.2.0</c>.</summary>
    public static string ConnectionNameFor(string server) => $"{Program.Name} {server} {ProgramVersion}";

    /// <summary>Sets the broker's addresses and the login, which MassTransit does not expose.</summary>
    /// <param name="certificate">Validates the broker's certificate.</param>
    public static void ConfigureFactory(
        ConnectionFactory factory,
        BrokerSettings broker,
        BrokerLogin login,
        BrokerCertificateValidator certificate)
    {
        // All nodes of the cluster, in a new random order each time. MassTransit's UseCluster takes seconds to skip a dead node.
        factory.EndpointResolverFactory = _ => new DefaultEndpointResolver(
            broker.Nodes.Select(node => new AmqpTcpEndpoint(
                node.Host,
                node.Port,
                login.Tls is null ? new SslOption() : CreateSslOption(node, login.Tls, certificate),
                MaxMessageBytes)));
        factory.MaxInboundMessageBodySize = MaxMessageBytes;
        // A connection that is closed stays closed.
        factory.AutomaticRecoveryEnabled = false;
        factory.Password = login.Password;
        if (login.ClientCertificate is not null)
        {
            factory.AuthMechanisms = [new ExternalMechanismFactory()];
        }
    }

    /// <summary>Adds this host's time to the properties of the next connection.</summary>
    public static void AddClockProperty(ConnectionFactory factory, TimeProvider time) =>
        factory.ClientProperties[Topology.ClockProperty] = UtcTimestamp.Format(time.GetUtcNow());

    /// <summary>Opens a connection outside MassTransit. It does not recover by itself.</summary>
    /// <param name="purpose">The text that the management UI shows after the program's name.</param>
    /// <exception cref="Exception">See <see cref="IsConnectionFailure"/>.</exception>
    public static Task<IConnection> OpenAsync(
        BrokerSettings broker,
        BrokerLogin login,
        string user,
        string purpose,
        CancellationToken cancel) =>
        CreateFactory(broker, login, user, new BrokerCertificateValidator(login.Tls?.TrustedCas))
            .CreateConnectionAsync($"{ConnectionNameFor(user)} {purpose}", cancel);

    /// <summary>Returns true if an unavailable, refusing or slow broker may be the cause.</summary>
    public static bool IsConnectionFailure(Exception failure) =>
        failure
            is RabbitMQClientException
                or IOException
                or SocketException
                or TimeoutException
                or AuthenticationException
                or OperationCanceledException;

    /// <param name="certificate">Validates the broker's certificate.</param>
    public static ConnectionFactory CreateFactory(
        BrokerSettings broker,
        BrokerLogin login,
        string user,
        BrokerCertificateValidator certificate)
    {
        ConnectionFactory factory = new()
        {
            UserName = user,
            VirtualHost = broker.VirtualHost,
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = ResponseTimeout,
            ContinuationTimeout = ResponseTimeout,
        };
        ConfigureFactory(factory, broker, login, certificate);
        return factory;
    }

    public static SslOption CreateSslOption(BrokerNode node, TlsSettings tls, BrokerCertificateValidator certificate) =>
        new()
        {
            Enabled = true,
            ServerName = node.Host,
            Version = TlsVersions,
            Certs = tls.ClientCertificate is null ? null : [tls.ClientCertificate],
            CertificateValidationCallback = (_, shown, chain, errors) => certificate.Accept(node, shown, chain, errors),
        };
}
