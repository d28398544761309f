using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Shared;

public sealed class SettingsTests
{
    [Fact]
    public void Everything_but_the_password_has_a_default()
    {
        Settings settings = SettingsReader.Read(Some.Configuration("server:name=web1", "broker:password=x"));
        Assert.Equal(
            ("web1", "f2b", "localhost:5672", "Information"),
            (settings.Server, settings.Broker.VirtualHost, settings.Broker.Names, settings.LogLevel));
        Assert.Equal(
            (false, "/var/log/fail2ban.log", LogFormat.Fail2Ban, "/var/lib/f2bbroker/producer.checkpoint", false),
            (
                settings.Producer.ReadsJournal,
                settings.Producer.LogPath,
                settings.Producer.Format,
                settings.Producer.Checkpoint,
                settings.Producer.StartsAtBeginning));
        Assert.Equal(
            ("/var/log/f2bbroker/bans.log", TimeSpan.FromDays(1), 32, 128, false),
            (
                settings.Consumer.LogPath,
                settings.Consumer.MaxAge,
                settings.Consumer.Default.MinPrefix4,
                settings.Consumer.Default.MinPrefix6,
                settings.Consumer.AllowPrivate));
        Assert.Equal(
            (new RateLimit(5000, TimeSpan.FromMinutes(10)), TimeSpan.FromMinutes(30), 1, TimeSpan.FromHours(1)),
            (
                settings.Consumer.Default.MaxBans,
                settings.Consumer.Quarantine,
                settings.Consumer.Default.Quorum,
                settings.Consumer.QuorumWindow));
        Assert.False(settings.Consumer.Default.IsTrial);
    }

    [Theory]
    [InlineData(
        "server:name=Web_1",
        "[server] name: 'Web_1' is not a server name (1 to 63 characters of a-z, 0-9, '.' and '-', a letter or digit first and last).")]
    [InlineData("broker:uri=amqp:///f2b", "[broker] uri: 'amqp:///f2b' is not of the form amqps://host:port/vhost.")]
    [InlineData("broker:uri=http://mq1", "[broker] uri: 'http://mq1' is not of the form amqps://host:port/vhost.")]
    [InlineData(
        "broker:uri=amqp://web1:geheim@mq1",
        "[broker] uri: user and password do not belong in it; they are set separately.")]
    [InlineData("broker:uri=amqp://mq1/a amqp://mq2/b", "[broker] uri: the nodes name different virtual hosts.")]
    [InlineData("broker:passwordfile=/nonexistent/f", "[broker] password and passwordfile are both set, one is needed.",
        "[broker] passwordfile cannot be read: Could not find a part of the path '/nonexistent/f'.")]
    [InlineData("producer:source=syslog", "[producer] source: 'syslog' is neither 'file' nor 'journal'.")]
    [InlineData("producer:format=json", "[producer] format: 'json' is none of 'fail2ban', 'syslog' and 'f2bbroker'.")]
    [InlineData("producer:start=middle", "[producer] start: 'middle' is neither 'end' nor 'beginning'.")]
    [InlineData("consumer:maxage=1 day", "[consumer] maxage: '1 day' is not a duration above zero such as 1d, 12h or 3600.")]
    [InlineData("consumer:maxage=0", "[consumer] maxage: '0' is not a duration above zero such as 1d, 12h or 3600.")]
    [InlineData("consumer:ignoreip=10.0.0.0/8 localhost", "[consumer] ignoreip: 'localhost' is not an address or network.")]
    [InlineData("consumer:minprefix4=33", "[consumer] minprefix4: '33' is not a prefix length from 1 to 32.")]
    [InlineData("consumer:minprefix6=0", "[consumer] minprefix6: '0' is not a prefix length from 1 to 128.")]
    [InlineData("consumer:allowprivate=perhaps", "[consumer] allowprivate: 'perhaps' is neither 'true' nor 'false'.")]
    [InlineData("consumer:pardons=1", "[consumer] pardons: '1' is neither 'true' nor 'false'.")]
    [InlineData(
        "consumer:maxbans=5000",
        "[consumer] maxbans: '5000' is neither a number of bans and a duration such as 5000/10m, nor 0.")]
    [InlineData(
        "consumer:maxbans=5000/0m",
        "[consumer] maxbans: '5000/0m' is neither a number of bans and a duration such as 5000/10m, nor 0.")]
    [InlineData(
        "consumer:maxbans=-1/10m",
        "[consumer] maxbans: '-1/10m' is neither a number of bans and a duration such as 5000/10m, nor 0.")]
    [InlineData("consumer:quarantine=0", "[consumer] quarantine: '0' is not a duration above zero such as 1d, 12h or 3600.")]
    [InlineData("consumer:quorum=0", "[consumer] quorum: '0' is not a number of servers from 1 to 1000.")]
    [InlineData("consumer:quorumwindow=soon", "[consumer] quorumwindow: 'soon' is not a duration above zero such as 1d, 12h or 3600.")]
    [InlineData("consumer:queuetype=lazy", "[consumer] queuetype: 'lazy' is none of 'classic', 'quorum' and 'stream'.")]
    [InlineData("log:level=Loud", "[log] level: 'Loud' is none of Verbose, Debug, Information, Warning, Error, Fatal.")]
    [InlineData(
        "metrics:listen=9710",
        "[metrics] listen: '9710' is not an IPv4 loopback address and a port from 1 to 65534, such as 127.0.0.1:9710.")]
    [InlineData("consumer:ignorip=1", "[consumer] 'ignorip' is not a known key.")]
    [InlineData("broker:cafile=/etc/ca.pem", "[broker] cafile, certfile and keyfile need amqps:// in uri.")]
    [InlineData("broker:uri=amqps://mq1 amqp://mq2", "[broker] uri: the nodes are to be reached all by amqp:// or all by amqps://.")]
    [InlineData("consumers:ignoreip=1", "[consumers] is not a known section (key 'ignoreip').")]
    [InlineData("consumer:trial=yes", "[consumer] trial: 'yes' is neither 'true' nor 'false'.")]
    [InlineData("from web9:quorum=0", "[from web9] quorum: '0' is not a number of servers from 1 to 1000.")]
    [InlineData(
        "from web9:maxbans=many",
        "[from web9] maxbans: 'many' is neither a number of bans and a duration such as 5000/10m, nor 0.")]
    [InlineData("from web9:minprefix4=33", "[from web9] minprefix4: '33' is not a prefix length from 1 to 32.")]
    [InlineData("from web9:minprefix6=129", "[from web9] minprefix6: '129' is not a prefix length from 1 to 128.")]
    [InlineData("from web9:trial=1", "[from web9] trial: '1' is neither 'true' nor 'false'.")]
    [InlineData("from web9:ignoreip=203.0.113.7", "[from web9] 'ignoreip' is not a known key.")]
    [InlineData(
        "from Web_9:trial=true",
        "[from Web_9] 'Web_9' is not a server name (1 to 63 characters of a-z, 0-9, '.' and '-', a letter or digit first and last).")]
    [InlineData("from:trial=true", "[from] is not a known section (key 'trial').")]
    public void An_invalid_value_is_named_with_its_section_key_and_rule(string setting, params string[] messages) =>
        Assert.Equal(messages, Assert.Throws<InvalidConfigurationException>(() => Some.Settings(setting)).Errors);

    [Fact]
    public void A_section_of_a_server_overrides_single_keys_for_its_bans()
    {
        ConsumerSettings consumer = Some.Settings(
            "consumer:quorum=3",
            "consumer:jails=sshd",
            "consumer:ignorejails=dovecot",
            "from web9:maxbans=1/1h",
            "from web9:quorum=",
            "from web9:jails=postfix dovecot",
            "from web9:trial=true",
            "from a.b:minprefix4=24").Consumer;
        ServerRules web9 = consumer.RulesFor("web9");
        Assert.Equal((new RateLimit(1, TimeSpan.FromHours(1)), 3, true, 32), (web9.MaxBans, web9.Quorum, web9.IsTrial, web9.MinPrefix4));
        Assert.Equal((true, false), (web9.Jails.Includes("postfix"), web9.Jails.Includes("dovecot")));
        ServerRules dotted = consumer.RulesFor("a.b");
        Assert.Equal((24, 3, false), (dotted.MinPrefix4, dotted.Quorum, dotted.IsTrial));
        Assert.Same(consumer.Default, consumer.RulesFor("web1"));
        Assert.False(consumer.Default.Jails.Includes("postfix"));
    }

    [Fact]
    public void An_invalid_value_that_a_servers_section_inherits_is_reported_once() =>
        Assert.Equal(
            ["[consumer] quorum: '0' is not a number of servers from 1 to 1000."],
            Assert.Throws<InvalidConfigurationException>(() => Some.Settings("consumer:quorum=0", "from web9:trial=true")).Errors);

    [Theory]
    [InlineData(null, "trial=false")]
    [InlineData(
        "Trial is on ([consumer] trial): the bans of all servers are written as Trial, and fail2ban bans none of them.",
        "trial=true",
        "from web9:quorum=2")]
    [InlineData(
        "Trial is on ([consumer] trial): the bans of all servers except web1, web9 are written as Trial, and fail2ban bans none of them.",
        "trial=true",
        "from web9:trial=false",
        "from web1:trial=false")]
    [InlineData(
        "Trial is on for web9 ([from NAME] trial): their bans are written as Trial, and fail2ban bans none of them.",
        "trial=false",
        "from web9:trial=true")]
    public void A_trial_is_named(string? notice, string trial, params string[] others) =>
        Assert.Equal(notice, TrialNotice.Find(Some.Settings([$"consumer:{trial}", .. others]).Consumer));

    [Fact]
    public void The_bans_may_be_read_from_the_journal_or_a_syslog_file()
    {
        Assert.True(Some.Settings("producer:source=journal").Producer.ReadsJournal);
        Assert.Equal(LogFormat.Syslog, Some.Settings("producer:format=syslog").Producer.Format);
        Assert.Equal(["[producer] format: 'syslog' is for source = file, not for the journal."],
            Assert.Throws<InvalidConfigurationException>(() => Some.Settings("producer:source=journal", "producer:format=syslog")).Errors);
    }

    [Fact]
    public void A_producer_may_forward_another_groups_bans()
    {
        ProducerSettings producer = Some.Settings(
            "producer:format=f2bbroker", "producer:servers=a1 a2", "producer:ignoreservers=a2", "producer:via=false").Producer;
        Assert.Equal((LogFormat.F2bBroker, false), (producer.Format, producer.NamesVia));
        Assert.Equal(["a1"], new[] { "a1", "a2", "a3" }.Where(producer.Servers.Includes));
        Assert.True(Some.Settings("producer:format=f2bbroker").Producer is { NamesVia: true, Servers: { } all } && all.Includes("a3"));
        Assert.True(Some.Settings("consumer:bridge=true").Consumer.IsBridge);
    }

    [Theory]
    [InlineData("servers=a1")]
    [InlineData("ignoreservers=a1")]
    [InlineData("via=false")]
    public void The_keys_of_a_bridge_need_its_format(string setting) => Assert.Equal(
        [$"[producer] {setting.Split('=')[0]}: this key is for format = f2bbroker, the producer of a bridge."],
        Assert.Throws<InvalidConfigurationException>(() => Some.Settings($"producer:{setting}", "producer:format=syslog")).Errors);

    [Fact]
    public void A_missing_password_is_reported() => Assert.Equal(
        ["[broker] password is missing (or passwordfile, or certfile and keyfile)."],
        Assert.Throws<InvalidConfigurationException>(() => SettingsReader.Read(Some.Configuration("server:name=web1"))).Errors);

    [Fact]
    public void A_variable_of_the_environment_without_a_section_is_no_setting() => Assert.Equal("web2", Some.Settings("api=x").Server);

    [Theory]
    [InlineData("1h", "1d", 1)]
    [InlineData("1d", "3h", 3)]
    public void The_history_is_read_at_most_as_far_back_as_maxage(string history, string maxAge, int hours) =>
        Assert.Equal(
            TimeSpan.FromHours(hours),
            Some.Settings($"consumer:history={history}", $"consumer:maxage={maxAge}").Consumer.HistoryReach);

    [Fact]
    public void A_password_is_needed_unless_a_certificate_logs_in()
    {
        const string missing = "password is missing (or passwordfile, or certfile and keyfile)";
        Assert.Equal([missing], ErrorsOf(new LoginSettings("web1", IsTls: false, Password: "")));
        Assert.Equal([missing], ErrorsOf(new LoginSettings("web1", IsTls: true, Password: "")));
        string error = Assert.Single(
            ErrorsOf(new LoginSettings("web1", IsTls: true, Password: "", CertFile: "/nonexistent/c", KeyFile: "/nonexistent/k")));
        Assert.StartsWith("certfile cannot be read: ", error);

        static List<string> ErrorsOf(LoginSettings login)
        {
            List<string> errors = [];
            login.Validate(errors.Add);
            return errors;
        }
    }

    [Fact]
    public void A_login_whose_file_cannot_be_read_is_an_error() => Assert.StartsWith(
        "[broker] passwordfile cannot be read: ",
        Assert.Single(
            Assert.Throws<InvalidConfigurationException>(
                () => new LoginSettings("web1", IsTls: false, Password: "", PasswordFile: "/nonexistent/f").Read()).Errors));

    [Fact]
    public void The_history_may_not_be_turned_off_for_a_server_that_follows_the_stream()
    {
        Assert.Equal(QueueType.Stream, Some.Settings("consumer:queuetype=stream").Consumer.QueueType);
        Assert.Contains(
            "[consumer] history: '0' is for servers with a queue; with queuetype = stream, name how far back a first start reads.",
            Assert.Throws<InvalidConfigurationException>(() => Some.Settings("consumer:queuetype=stream", "consumer:history=0")).Errors);
    }

    [Fact]
    public void The_history_may_be_turned_off()
    {
        Assert.Equal(
            [TimeSpan.FromDays(1), TimeSpan.Zero],
            new[] { Some.Settings(), Some.Settings("consumer:history=0") }.Select(settings => settings.Consumer.History));
        Assert.Contains(
            "[consumer] history: 'x' is not a duration such as 1d or 12h, nor 0.",
            Assert.Throws<InvalidConfigurationException>(() => Some.Settings("consumer:history=x")).Errors);
    }

    [Fact]
    public void Metrics_are_off_unless_an_address_is_named_and_the_consumer_takes_the_next_port()
    {
        Assert.Equal(new MetricsSettings(null, null), Some.Settings().Metrics);
        Assert.Equal(new MetricsSettings(null, null), Some.Settings("metrics:listen=").Metrics);
        MetricsSettings metrics = Some.Settings("metrics:listen=127.0.0.1:9710").Metrics;
        Assert.Equal(("127.0.0.1:9710", "127.0.0.1:9711"), ($"{metrics.Producer}", $"{metrics.Consumer}"));
    }

    [Theory]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("127.9.9.9:65534", true)]
    [InlineData("127.0.0.1:65535", false)]
    [InlineData("127.0.0.1:0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.1:9710", false)]
    [InlineData("127.0.0.1:09710", false)]
    [InlineData("[::1]:9710", false)]
    [InlineData("0.0.0.0:9710", false)]
    [InlineData("192.0.2.1:9710", false)]
    [InlineData("localhost:9710", false)]
    [InlineData("*:9710", false)]
    public void Metrics_are_served_on_IPv4_loopback_only(string listen, bool isValid) =>
        Assert.Equal(isValid, MetricsSettings.Parse(listen) is not null);
}
