using F2bBroker.Contracts;
using Microsoft.Extensions.Configuration;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// Creates <see cref="Settings"/> from sections, keys and texts. All errors are reported together.
/// </summary>
internal sealed class SettingsReader
{
    private const string FromPrefix = "from ";

    // Stryker disable once all: a static value (docs/mutation.md)
    private static readonly string[] Levels = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];

    private readonly IConfiguration configuration;
    private readonly SettingsValues values;

    private SettingsReader(IConfiguration configuration) => (this.configuration, values) = (configuration, new(configuration));

    /// <exception cref="InvalidConfigurationException">A setting is unknown or not valid.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        SettingsReader reader = new(configuration);
        string server = reader.Server();
        Settings settings = new(server, reader.Broker(server), reader.Producer(), reader.Consumer(), reader.LogLevel(), reader.Metrics());
        reader.values.RejectUnknownKeys();
        return reader.values.Errors.Count == 0 ? settings : throw new InvalidConfigurationException(reader.values.Errors);
    }

    private string Server() =>
        values.Parsed("server", "name", Environment.MachineName.ToLowerInvariant(), $"is not a server name ({ServerName.Rule})",
            text => ServerName.IsValid(text) ? text : null);

    private BrokerSettings Broker(string server)
    {
        BrokerUri uri = BrokerUri.Parse(
            values.Text("broker", "uri", BrokerUri.Default),
            error => values.AddError("broker", $"uri: {error}"));
        LoginSettings login = new(
            server,
            uri.IsTls,
            values.Text("broker", "password", ""),
            values.Text("broker", "passwordfile", ""),
            values.Text("broker", "cafile", ""),
            values.Text("broker", "certfile", ""),
            values.Text("broker", "keyfile", ""));
        login.Validate(error => values.AddError("broker", error));
        return new BrokerSettings(uri.Nodes, uri.VirtualHost, login);
    }

    private ProducerSettings Producer()
    {
        string[] jails = values.List("producer", "jails", "");
        // A name in jails overrides the default of ignorejails.
        string[] ignored = values.List("producer", "ignorejails", null) ?? [.. new[] { "recidive" }.Except(jails)];
        bool readsJournal = values.IsSecondChoice("producer", "source", "file", "journal");
        LogFormat format = Format();
        if (readsJournal && format != LogFormat.Fail2Ban)
        {
            values.AddError("producer", $"format: '{format.ToString().ToLowerInvariant()}' is for source = file, not for the journal");
        }

        string[] servers = values.List("producer", "servers", "");
        string[] ignoredServers = values.List("producer", "ignoreservers", "");
        bool namesVia = values.Flag("producer", "via", "true");
        if (format != LogFormat.F2bBroker)
        {
            RequireBridge("servers", servers.Length == 0);
            RequireBridge("ignoreservers", ignoredServers.Length == 0);
            RequireBridge("via", namesVia);
        }

        return new ProducerSettings(
            readsJournal,
            values.Text("producer", "logpath", "/var/log/fail2ban.log"),
            format,
            values.Text("producer", "checkpoint", "/var/lib/f2bbroker/producer.checkpoint"),
            values.IsSecondChoice("producer", "start", "end", "beginning"),
            new NameSelection(jails, ignored, MonitoredLogJails.Includes),
            new NameSelection(servers, ignoredServers),
            namesVia);
    }

    private LogFormat Format() =>
        values.Parsed("producer", "format", "fail2ban", "is none of 'fail2ban', 'syslog' and 'f2bbroker'", text => text switch
        {
            "fail2ban" => LogFormat.Fail2Ban,
            "syslog" => LogFormat.Syslog,
            "f2bbroker" => LogFormat.F2bBroker,
            _ => (LogFormat?)null,
        });

    private void RequireBridge(string key, bool isDefault)
    {
        if (!isDefault)
        {
            values.AddError("producer", $"{key}: this key is for format = f2bbroker, the producer of a bridge");
        }
    }

    private ConsumerSettings Consumer()
    {
        ConsumerSettings settings = new(
            values.Text("consumer", "logpath", ConsumerSettings.DefaultLogPath),
            Time("maxage", "1d"),
            values.Parsed("consumer", "history", "1d", "is not a duration such as 1d or 12h, nor 0", Duration.Parse),
            [.. values.List("consumer", "ignoreip", "").Select(IgnoredIp).OfType<Subnet>()],
            values.Flag("consumer", "allowprivate", "false"),
            values.List("consumer", "ignoreservers", "").ToHashSet(),
            Time("quarantine", "30m"),
            Time("quorumwindow", "1h"),
            values.Parsed("consumer", "queuetype", QueueType.Classic.Name, "is none of 'classic', 'quorum' and 'stream'", QueueType.Parse),
            values.Flag("consumer", "pardons", "true"),
            values.Flag("consumer", "bridge", "false"),
            RulesOf("consumer"),
            configuration.GetChildren()
                .Where(section => section.Key.StartsWith(FromPrefix, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(FromServer, section => RulesOf(section.Key)));
        if (settings.QueueType == QueueType.Stream && settings.History == TimeSpan.Zero)
        {
            values.AddError(
                "consumer",
                "history: '0' is for servers with a queue; with queuetype = stream, name how far back a first start reads");
        }

        return settings;
    }

    /// <summary>Returns the name in a section <c>[from NAME]</c>.</summary>
    private string FromServer(IConfigurationSection section)
    {
        string name = section.Key[FromPrefix.Length..];
        if (!ServerName.IsValid(name))
        {
            values.AddError(section.Key, $"{UntrustedText.Quote(name)} is not a server name ({ServerName.Rule})");
        }

        return name;
    }

    /// <param name="section">[consumer], or a section whose missing keys are those of [consumer].</param>
    private ServerRules RulesOf(string section)
    {
        return new ServerRules(
            values.Prefix(SectionOf("minprefix4"), "minprefix4", 32),
            values.Prefix(SectionOf("minprefix6"), "minprefix6", 128),
            new NameSelection(Jails("jails"), Jails("ignorejails")),
            values.Parsed(
                SectionOf("maxbans"),
                "maxbans",
                "5000/10m",
                "is neither a number of bans and a duration such as 5000/10m, nor 0",
                RateLimit.Parse),
            values.Number(SectionOf("quorum"), "quorum", "1", "is not a number of servers from 1 to 1000", 1000),
            values.Flag(SectionOf("trial"), "trial", "false"));

        string SectionOf(string key) => values.Value(section, key) is { Length: > 0 } ? section : "consumer";
        string[] Jails(string key) => values.List(section, key, values.Value("consumer", key) ?? "");
    }

    private string LogLevel() =>
        values.Parsed("log", "level", "Information", $"is none of {string.Join(", ", Levels)}",
            text => Levels.FirstOrDefault(level => level.Equals(text, StringComparison.OrdinalIgnoreCase)));

    private MetricsSettings Metrics() => values.Parsed("metrics", "listen", "", MetricsSettings.Rule, MetricsSettings.Parse);

    private TimeSpan Time(string key, string byDefault) =>
        values.Parsed("consumer", key, byDefault, "is not a duration above zero such as 1d, 12h or 3600",
            text => Duration.Parse(text) is { Ticks: > 0 } time ? time : (TimeSpan?)null);

    private Subnet? IgnoredIp(string text)
    {
        Subnet? subnet = Subnet.Parse(text);
        if (subnet is null)
        {
            values.AddError("consumer", $"ignoreip: {UntrustedText.Quote(text)} is not an address or network");
        }

        return subnet;
    }
}
