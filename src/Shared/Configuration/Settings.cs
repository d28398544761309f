using System.Security.Cryptography.X509Certificates;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>Everything that f2bbroker.conf says, read and checked once at start.</summary>
internal sealed record Settings(
    string Server,
    BrokerSettings Broker,
    ProducerSettings Producer,
    ConsumerSettings Consumer,
    string LogLevel,
    MetricsSettings Metrics);

/// <summary>Where the broker is and how this server logs in; the user is the server's name.</summary>
/// <param name="Password">Empty when a certificate logs in.</param>
/// <param name="Tls">Null for a broker that is reached without encryption.</param>
internal sealed record BrokerSettings(IReadOnlyList<BrokerNode> Nodes, string VirtualHost, string Password, TlsSettings? Tls)
{
    /// <summary>For messages to people: <c>mq1:5672, mq2:5672</c>.</summary>
    public string Names => string.Join(", ", Nodes);
}

/// <summary>One node of the broker's cluster.</summary>
internal sealed record BrokerNode(string Host, int Port)
{
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>How a broker is reached by TLS.</summary>
/// <param name="TrustedCas">Who may have signed its certificate; null for the authorities of the system.</param>
/// <param name="ClientCertificate">With its key, logs this server in; null when the password does.</param>
internal sealed record TlsSettings(X509Certificate2Collection? TrustedCas, X509Certificate2? ClientCertificate);

/// <summary>The section [producer].</summary>
/// <param name="ReadsJournal">Whether the bans are read from systemd's journal, not from a file.</param>
/// <param name="LogPath">fail2ban's log.</param>
/// <param name="IsSyslog">Whether a syslog daemon writes that file.</param>
/// <param name="Checkpoint">File that says how far the bans have been confirmed.</param>
/// <param name="StartsAtBeginning">Whether a first start reads from the beginning.</param>
/// <param name="Jails">Whose bans are shared.</param>
internal sealed record ProducerSettings(
    bool ReadsJournal,
    string LogPath,
    bool IsSyslog,
    string Checkpoint,
    bool StartsAtBeginning,
    JailSelection Jails);

/// <summary>The section [consumer].</summary>
/// <param name="LogPath">The monitored log.</param>
/// <param name="MaxAge">Older bans are skipped.</param>
/// <param name="History">How far back the broker's stream is read; zero for not at all.</param>
/// <param name="IgnoreIp">Never written, on overlap in either direction.</param>
/// <param name="MinPrefix4">Wider IPv4 networks are skipped.</param>
/// <param name="MinPrefix6">Wider IPv6 networks are skipped.</param>
/// <param name="AllowPrivate">Whether loopback, link-local, multicast, unspecified and private addresses are accepted.</param>
/// <param name="Jails">Which jails' bans are accepted.</param>
/// <param name="IgnoreServers">Whose bans are skipped.</param>
/// <param name="MaxBans">How many new bans of one server are written.</param>
/// <param name="Quarantine">How long one that reported more has to keep to that until its bans are written again.</param>
/// <param name="Quorum">How many servers have to report an address before it is banned.</param>
/// <param name="QuorumWindow">How far apart their reports may be.</param>
/// <param name="QueueType">Of the server's queue and its error queue, as it was enrolled.</param>
internal sealed record ConsumerSettings(
    string LogPath,
    TimeSpan MaxAge,
    TimeSpan History,
    IReadOnlyList<Subnet> IgnoreIp,
    int MinPrefix4,
    int MinPrefix6,
    bool AllowPrivate,
    JailSelection Jails,
    IReadOnlySet<string> IgnoreServers,
    RateLimit MaxBans,
    TimeSpan Quarantine,
    int Quorum,
    TimeSpan QuorumWindow,
    QueueType QueueType);
