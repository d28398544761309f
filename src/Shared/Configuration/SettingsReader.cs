using System.Globalization;
using F2bBroker.Contracts;
using Microsoft.Extensions.Configuration;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// Creates <see cref="Settings"/> from sections, keys and texts. Collects all errors, so that one run reports them together.
/// </summary>
internal sealed class SettingsReader
{
    private const string FromPrefix = "from ";

    private static readonly string[] Levels = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];
    private static readonly char[] ListSeparators = [' ', '\t', ','];

    private readonly IConfiguration configuration;
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> errors = [];

    private SettingsReader(IConfiguration configuration) => this.configuration = configuration;

    /// <exception cref="InvalidConfigurationException">A setting is unknown or not valid.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        SettingsReader reader = new(configuration);
        string server = reader.Server();
        Settings settings = new(server, reader.Broker(server), reader.Producer(), reader.Consumer(), reader.LogLevel(), reader.Metrics());
        reader.RejectUnknownKeys();
        return reader.errors.Count == 0 ? settings : throw new InvalidConfigurationException(reader.errors);
    }

    private string Server() =>
        Parsed("server", "name", Environment.MachineName.ToLowerInvariant(), $"is not a server name ({ServerName.Rule})",
            text => ServerName.IsValid(text) ? text : null);

    private BrokerSettings Broker(string server)
    {
        BrokerUri uri = BrokerUri.Parse(Text("broker", "uri", BrokerUri.Default), AddError);
        LoginSettings login = new(
            server,
            uri.IsTls,
            Text("broker", "password", ""),
            Text("broker", "passwordfile", ""),
            Text("broker", "cafile", ""),
            Text("broker", "certfile", ""),
            Text("broker", "keyfile", ""));
        login.Validate(error => AddError("broker", error));
        return new BrokerSettings(uri.Nodes, uri.VirtualHost, login);
    }

    private ProducerSettings Producer()
    {
        string[] jails = List("producer", "jails", "");
        // A name in jails overrides the default of ignorejails.
        string[] ignored = List("producer", "ignorejails", null) ?? [.. new[] { "recidive" }.Except(jails)];
        bool readsJournal = IsSecondChoice("producer", "source", "file", "journal");
        LogFormat format = Format();
        if (readsJournal && format != LogFormat.Fail2Ban)
        {
            AddError("producer", $"format: '{format.ToString().ToLowerInvariant()}' is for source = file, not for the journal");
        }

        string[] servers = List("producer", "servers", "");
        string[] ignoredServers = List("producer", "ignoreservers", "");
        bool namesVia = Flag("producer", "via", "true");
        if (format != LogFormat.F2bBroker)
        {
            RequireBridge("servers", servers.Length == 0);
            RequireBridge("ignoreservers", ignoredServers.Length == 0);
            RequireBridge("via", namesVia);
        }

        return new ProducerSettings(
            readsJournal,
            Text("producer", "logpath", "/var/log/fail2ban.log"),
            format,
            Text("producer", "checkpoint", "/var/lib/f2bbroker/producer.checkpoint"),
            IsSecondChoice("producer", "start", "end", "beginning"),
            new NameSelection(jails, ignored, MonitoredLogJails.Includes),
            new NameSelection(servers, ignoredServers),
            namesVia);
    }

    private LogFormat Format() =>
        Parsed("producer", "format", "fail2ban", "is none of 'fail2ban', 'syslog' and 'f2bbroker'", text => text switch
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
            AddError("producer", $"{key}: this key is for format = f2bbroker, the producer of a bridge");
        }
    }

    private ConsumerSettings Consumer()
    {
        ConsumerSettings settings = new(
            Text("consumer", "logpath", ConsumerSettings.DefaultLogPath),
            Time("maxage", "1d"),
            Parsed("consumer", "history", "1d", "is not a duration such as 1d or 12h, nor 0", Duration.Parse),
            [.. List("consumer", "ignoreip", "").Select(IgnoredIp).OfType<Subnet>()],
            Flag("consumer", "allowprivate", "false"),
            List("consumer", "ignoreservers", "").ToHashSet(),
            Time("quarantine", "30m"),
            Time("quorumwindow", "1h"),
            Parsed("consumer", "queuetype", QueueType.Classic.Name, "is none of 'classic', 'quorum' and 'stream'", QueueType.Parse),
            Flag("consumer", "pardons", "true"),
            Flag("consumer", "bridge", "false"),
            RulesOf("consumer"),
            configuration.GetChildren()
                .Where(section => section.Key.StartsWith(FromPrefix, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(FromServer, section => RulesOf(section.Key)));
        if (settings.QueueType == QueueType.Stream && settings.History == TimeSpan.Zero)
        {
            AddError(
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
            AddError(section.Key, $"{UntrustedText.Quote(name)} is not a server name ({ServerName.Rule})");
        }

        return name;
    }

    /// <param name="section">[consumer], or a section whose missing keys are those of [consumer].</param>
    private ServerRules RulesOf(string section)
    {
        return new ServerRules(
            Prefix(SectionOf("minprefix4"), "minprefix4", 32),
            Prefix(SectionOf("minprefix6"), "minprefix6", 128),
            new NameSelection(Jails("jails"), Jails("ignorejails")),
            Parsed(
                SectionOf("maxbans"),
                "maxbans",
                "5000/10m",
                "is neither a number of bans and a duration such as 5000/10m, nor 0",
                RateLimit.Parse),
            Number(SectionOf("quorum"), "quorum", "1", "is not a number of servers from 1 to 1000", 1000),
            Flag(SectionOf("trial"), "trial", "false"));

        string SectionOf(string key) => Value(section, key) is { Length: > 0 } ? section : "consumer";
        string[] Jails(string key) => List(section, key, Value("consumer", key) ?? "");
    }

    private string LogLevel() =>
        Parsed("log", "level", "Information", $"is none of {string.Join(", ", Levels)}",
            text => Levels.FirstOrDefault(level => level.Equals(text, StringComparison.OrdinalIgnoreCase)));

    private MetricsSettings Metrics() => Parsed("metrics", "listen", "", MetricsSettings.Rule, MetricsSettings.Parse);

    private TimeSpan Time(string key, string byDefault) =>
        Parsed("consumer", key, byDefault, "is not a duration above zero such as 1d, 12h or 3600",
            text => Duration.Parse(text) is { Ticks: > 0 } time ? time : (TimeSpan?)null);

    private bool Flag(string section, string key, string byDefault) =>
        Parsed(section, key, byDefault, "is neither 'true' nor 'false'", text =>
            bool.TryParse(text, out bool flag) ? flag : (bool?)null);

    private int Prefix(string section, string key, int maximum) =>
        Number(section, key, maximum.ToString(CultureInfo.InvariantCulture), $"is not a prefix length from 1 to {maximum}", maximum);

    private int Number(string section, string key, string byDefault, string rule, int largest) =>
        Parsed(section, key, byDefault, rule,
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= largest
                ? number : (int?)null);

    /// <summary>Returns true if the value is the second of two words. The first word is the default.</summary>
    private bool IsSecondChoice(string section, string key, string first, string second) =>
        Parsed(section, key, first, $"is neither '{first}' nor '{second}'", text => text == first || text == second ? text : null)
        == second;

    private Subnet? IgnoredIp(string text)
    {
        Subnet? subnet = Subnet.Parse(text);
        if (subnet is null)
        {
            AddError("consumer", $"ignoreip: {UntrustedText.Quote(text)} is not an address or network");
        }

        return subnet;
    }

    private string? Value(string section, string key)
    {
        known.Add($"{section}:{key}");
        return configuration[$"{section}:{key}"]?.Trim();
    }

    private string Text(string section, string key, string byDefault) => Value(section, key) is { Length: > 0 } text ? text : byDefault;

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(byDefault))]
    private string[]? List(string section, string key, string? byDefault) =>
        (Value(section, key) ?? byDefault)?.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries);

    private T Parsed<T>(string section, string key, string byDefault, string rule, Func<string, T?> parse)
        where T : class
    {
        string text = Text(section, key, byDefault);
        return parse(text) ?? UseDefault(section, key, text, rule, parse(byDefault)!);
    }

    private T Parsed<T>(string section, string key, string byDefault, string rule, Func<string, T?> parse)
        where T : struct
    {
        string text = Text(section, key, byDefault);
        return parse(text) ?? UseDefault(section, key, text, rule, default(T));
    }

    private T UseDefault<T>(string section, string key, string text, string rule, T fallback)
    {
        AddError(section, $"{key}: {UntrustedText.Quote(text)} {rule}");
        return fallback;
    }

    private void AddError(string section, string error)
    {
        // A key of [consumer] is read again for each section [from NAME].
        if ($"[{section}] {error}." is var message && !errors.Contains(message))
        {
            errors.Add(message);
        }
    }

    private void RejectUnknownKeys()
    {
        // Keys without a section can only come from the environment. They are not settings (F2BBROKER_API).
        foreach (string key in configuration
                .AsEnumerable()
                .Where(pair => pair.Value is not null && pair.Key.Contains(':'))
                .Select(pair => pair.Key))
        {
            if (!known.Contains(key))
            {
                string[] parts = key.Split(':', 2);
                string[] sections = [.. known.Select(name => name.Split(':')[0]).Distinct()];
                errors.Add(sections.Contains(parts[0], StringComparer.OrdinalIgnoreCase)
                    ? $"[{parts[0]}] {UntrustedText.Quote(parts[1])} is not a known key."
                    : $"[{parts[0]}] is not a known section (key {UntrustedText.Quote(parts[1])}).");
            }
        }
    }
}
