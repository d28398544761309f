using System.Security.Cryptography.X509Certificates;
using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>The settings of f2bbroker.conf, read and validated once at start.</summary>
internal sealed record Settings(
    string Server,
    BrokerSettings Broker,
    ProducerSettings Producer,
    ConsumerSettings Consumer,
    string LogLevel,
    MetricsSettings Metrics)
{
    /// <summary>The full path of the configuration file.</summary>
    public string File { get; init; } = SettingsFile.DefaultPath;
}

/// <summary>The broker's address and this server's login. The user is the server's name.</summary>
internal sealed record BrokerSettings(IReadOnlyList<BrokerNode> Nodes, string VirtualHost, LoginSettings Login)
{
    /// <summary>The addresses for messages: <c>mq1:5672, mq2:5672</c>.</summary>
    public string Names => string.Join(", ", Nodes);
}

/// <summary>One node of the broker's cluster.</summary>
internal sealed record BrokerNode(string Host, int Port)
{
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>The TLS settings of a connection.</summary>
/// <param name="TrustedCas">The certificate authorities that may sign the broker's certificate; null for those of the system.</param>
/// <param name="ClientCertificate">The certificate and key with which this server logs in; null if it logs in with a password.</param>
internal sealed record TlsSettings(X509Certificate2Collection? TrustedCas, X509Certificate2? ClientCertificate);

/// <summary>The section [producer].</summary>
/// <param name="ReadsJournal">True if the bans are read from the systemd journal instead of a file.</param>
/// <param name="LogPath">The log that is followed.</param>
/// <param name="Format">Which program writes that file.</param>
/// <param name="Checkpoint">The file with the position up to which bans are confirmed.</param>
/// <param name="StartsAtBeginning">True if a first start reads the source from its beginning.</param>
/// <param name="Jails">The jails whose bans are shared.</param>
/// <param name="Servers">The servers of another group whose bans are forwarded.</param>
/// <param name="NamesVia">True if a forwarded ban names the server that reported it in the other group.</param>
internal sealed record ProducerSettings(
    bool ReadsJournal,
    string LogPath,
    LogFormat Format,
    string Checkpoint,
    bool StartsAtBeginning,
    NameSelection Jails,
    NameSelection Servers,
    bool NamesVia);

/// <summary>The section [consumer].</summary>
/// <param name="LogPath">The monitored log.</param>
/// <param name="MaxAge">Older bans are skipped.</param>
/// <param name="History">How far back the stream is read; zero if it is not read.</param>
/// <param name="IgnoreIp">Addresses and networks that are never written. A ban that overlaps one in either direction is skipped.</param>
/// <param name="AllowPrivate">Whether loopback, link-local, multicast, unspecified and private addresses are accepted.</param>
/// <param name="IgnoreServers">The servers whose bans are skipped.</param>
/// <param name="Quarantine">How long a server that exceeded the limit must stay within it before its bans are written again.</param>
/// <param name="QuorumWindow">The time between the reports that a quorum counts, at most.</param>
/// <param name="QueueType">The type of the server's queue and error queue, as it was enrolled.</param>
/// <param name="Pardons">Whether a pardoned address is skipped and noted in the monitored log.</param>
/// <param name="IsBridge">True if a producer of another group follows the log, so that forwarded bans are written as <c>Report</c>.</param>
/// <param name="Default">The rules for servers without a section <c>[from NAME]</c>.</param>
/// <param name="From">The rules of these sections, by server.</param>
internal sealed record ConsumerSettings(
    string LogPath,
    TimeSpan MaxAge,
    TimeSpan History,
    IReadOnlyList<Subnet> IgnoreIp,
    bool AllowPrivate,
    IReadOnlySet<string> IgnoreServers,
    TimeSpan Quarantine,
    TimeSpan QuorumWindow,
    QueueType QueueType,
    bool Pardons,
    bool IsBridge,
    ServerRules Default,
    IReadOnlyDictionary<string, ServerRules> From)
{
    public const string DefaultLogPath = "/var/log/f2bbroker/bans.log";

    /// <summary>How far back the stream is read: <see cref="History"/>, at most <see cref="MaxAge"/>.</summary>
    public TimeSpan HistoryReach => History < MaxAge ? History : MaxAge;

    /// <summary>The rules for any server.</summary>
    public IEnumerable<ServerRules> AllRules => From.Values.Prepend(Default);

    /// <summary>Returns the rules for the bans of that server.</summary>
    public ServerRules RulesFor(string server) => From.GetValueOrDefault(server, Default);
}
