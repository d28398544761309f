using System.Text.Json.Nodes;
using F2bBroker.Admin.Status;

namespace F2bBroker.UnitTests.Admin;

public sealed class QueueAnomaliesTests
{
    private static readonly string[] Nothing = [];

    private readonly JsonArray queues =
    [
        Queue("web1"),
        Queue("web1_error"),
        Queue("web2", new() { ["x-queue-type"] = "quorum", ["x-single-active-consumer"] = true }),
        Queue("web2_error", new() { ["x-queue-type"] = "quorum" }),
        new JsonObject
        {
            ["name"] = "mine",
            ["arguments"] = new JsonObject { ["x-expires"] = 1 },
        },
    ];
    private readonly JsonArray bindings =
    [
        Binding("", "f2b.bans.web1"),
        Binding("f2b.bans", "f2b.bans.web1"),
        Binding("f2b.bans.web1", "f2b.bans.web1"),
        Binding("f2b.bans.web1_error", "f2b.bans.web1_error"),
        Binding("f2b.bans", "f2b.bans.web2"),
        Binding("f2b.bans", "f2b.history"),
        Binding("mine", "mine"),
        Binding("mine", "mine"),
    ];

    [Fact]
    public void F2bBrokers_own_queues_and_foreign_queues_cause_no_anomaly() =>
        Assert.Empty(QueueAnomalies.Find(queues, bindings));

    [Fact]
    public void A_broker_that_returns_nothing_causes_no_anomaly() => Assert.Empty(QueueAnomalies.Find(null, null));

    [Theory]
    [InlineData(
        """{"x-overflow":"reject-publish","x-max-length":0}""",
        "The queue f2b.bans.web1 has arguments that F2bBroker never sets (x-max-length, x-overflow): it may refuse or copy every server's "
            + "bans.")]
    [InlineData(
        """{"x-queue-type":"quorum","x-dead-letter-exchange":"f2b.bans"}""",
        "The queue f2b.bans.web1 has arguments that F2bBroker never sets (x-dead-letter-exchange): it may refuse or copy every "
            + "server's bans.")]
    [InlineData(
        """{"x-queue-type":"classic","x-single-active-consumer":true}""",
        "The queue f2b.bans.web1 has arguments that F2bBroker never sets (x-single-active-consumer): it may refuse or copy every server's "
            + "bans.")]
    [InlineData("""{"x-queue-type":"stream"}""", "The queue f2b.bans.web1 is a stream, which F2bBroker never declares.")]
    public void Arguments_are_reported(string arguments, string message)
    {
        queues[0] = Queue("web1", (JsonObject)JsonNode.Parse(arguments)!);
        Assert.Equal([message], Anomalies("web1"));
        Assert.Equal(Nothing, Anomalies("web2"));
    }

    [Theory]
    [InlineData("exclusive", true)]
    [InlineData("auto_delete", true)]
    [InlineData("durable", false)]
    public void A_queue_that_is_not_permanent_is_reported(string property, bool value)
    {
        queues[0]![property] = value;
        Assert.Equal(
            [
                "The queue f2b.bans.web1 is exclusive or not durable: it goes with its connection or with the broker, and what waits in "
                    + "it too.",
            ],
            Anomalies("web1"));
    }

    [Fact]
    public void An_anomaly_of_an_error_queue_is_reported_for_its_server()
    {
        queues[1] = Queue("web1_error", new() { ["x-expires"] = 1 });
        Assert.Equal(
            [
                "The queue f2b.bans.web1_error has arguments that F2bBroker never sets (x-expires): it may refuse or copy every server's "
                    + "bans.",
            ],
            Anomalies("web1"));
    }

    [Fact]
    public void A_queue_that_is_bound_many_times_is_reported_once()
    {
        for (int i = 0; i < 10_000; i++)
        {
            bindings.Add(Binding("f2b.bans", "f2b.bans.web2"));
        }

        Assert.Equal(["The queue f2b.bans.web2 is bound 10,001 times to f2b.bans instead of once."], Anomalies("web2"));
        Assert.Equal(Nothing, Anomalies("web1"));
    }

    [Fact]
    public void A_queue_that_is_not_bound_is_reported()
    {
        bindings.RemoveAt(4);
        Assert.Equal(["The queue f2b.bans.web2 is bound 0 times to f2b.bans instead of once."], Anomalies("web2"));
    }

    [Fact]
    public void Bindings_between_exchanges_and_many_bindings_of_its_own_are_reported()
    {
        bindings.Add(Binding("f2b.bans.web2", "f2b.bans", "exchange"));
        bindings.Add(Binding("f2b.bans", "f2b.bans.web1", "exchange"));
        bindings.Add(Binding("f2b.bans", "f2b.bans.web1", "exchange"));
        bindings.Add(Binding("f2b.bans.web1", "f2b.bans.web1"));
        Assert.Equal(
            ["The exchange f2b.bans is fed by the exchange f2b.bans.web2 (once), which F2bBroker never sets up."],
            Anomalies("web2"));
        Assert.Equal(
            [
                "The exchange f2b.bans.web1 is fed by the exchange f2b.bans (2 times), which F2bBroker never sets up.",
                "The queue f2b.bans.web1 is bound 2 times to the exchange f2b.bans.web1 instead of once.",
            ],
            Anomalies("web1").Order());
    }

    [Fact]
    public void An_exchange_that_feeds_the_health_messages_is_reported()
    {
        bindings.Add(Binding("f2b.health.in", "f2b.health"));
        bindings.Add(Binding("f2b.bans", "f2b.health.in", "exchange"));
        bindings.Add(Binding("f2b.bans.web2_error", "f2b.health.in", "exchange"));
        Assert.Equal(
            ["The exchange f2b.health.in is fed by the exchange f2b.bans.web2_error (once), which F2bBroker never sets up."],
            Anomalies("web2"));
        Assert.Equal(
            [
                "The exchange f2b.health.in is fed by the exchange f2b.bans (once), which F2bBroker never sets up. A server's login "
                    + "permits it: delete the binding in the management UI, and find the server.",
            ],
            Anomalies(""));
    }

    [Fact]
    public void A_marker_of_a_quarantine_by_version_0_1_causes_no_anomaly()
    {
        JsonObject marker = Binding("f2b.bans.web1_error", "f2b.bans.web1_error");
        marker["routing_key"] = "quarantined web2 until 2026-11-23T03:14:24.312Z";
        bindings.Add(marker);
        Assert.Empty(QueueAnomalies.Find(queues, bindings));
        marker["routing_key"] = "quarantined web2 until now";
        Assert.Single(Anomalies("web1"));
    }

    private static JsonObject Queue(string server, JsonObject? arguments = null) =>
        new()
        {
            ["name"] = $"f2b.bans.{server}",
            ["durable"] = true,
            ["exclusive"] = false,
            ["auto_delete"] = false,
            ["arguments"] = arguments ?? [],
        };

    private static JsonObject Binding(string source, string destination, string type = "queue") =>
        new() { ["source"] = source, ["destination"] = destination, ["destination_type"] = type };

    private IEnumerable<string> Anomalies(string server) => QueueAnomalies.Find(queues, bindings)[server];
}
