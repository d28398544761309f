using System.Text.Json.Nodes;
using F2bBroker.Admin.Policies;

namespace F2bBroker.UnitTests.Admin;

public sealed class PolicyProblemsTests
{
    private const string Limits = """ "message-ttl":604800000,"max-length":1000000,"max-length-bytes":536870912 """;
    private const string StreamLimits =
        """{"max-age":"1D","max-length-bytes":536870912,"stream-max-segment-size-bytes":2097152}""";
    private const string HealthLimits =
        """{"max-age":"7D","max-length-bytes":67108864,"stream-max-segment-size-bytes":1048576}""";

    private const string PardonLimits = """{"max-length-bytes":268435456,"stream-max-segment-size-bytes":4194304}""";

    private readonly Dictionary<string, JsonNode> policies = new()
    {
        ["f2b.bans-limits"] = Policy($$"""{{{Limits}},"overflow":"drop-head"}"""),
        ["f2b.history-limits"] = Policy(StreamLimits),
        ["f2b.health-limits"] = Policy(HealthLimits),
        ["f2b.pardons-limits"] = Policy(PardonLimits),
    };
    private readonly Dictionary<string, JsonNode> operatorPolicies = [];
    private readonly Dictionary<string, string> operatorPolicyOf = [];
    private readonly List<JsonNode> queues =
    [
        Queue("f2b.bans.web1", "f2b.bans-limits"),
        Queue("f2b.bans.web1_error", "f2b.bans-limits"),
        Queue("f2b.history", "f2b.history-limits", "stream"),
        Queue("f2b.health", "f2b.health-limits", "stream"),
        Queue("f2b.pardons", "f2b.pardons-limits", "stream"),
        Queue("mine", "all"),
    ];
    private JsonNode? exchange = JsonNode.Parse("""{"name":"f2b.bans"}""");
    private bool hasDeliveryLimit;

    [Fact]
    public void What_init_creates_is_no_problem() => Assert.Empty(Problems());

    [Fact]
    public void Limits_that_the_operator_changed_are_no_problem()
    {
        policies["f2b.bans-limits"] = Policy("""{"max-length":5}""");
        Assert.Empty(Problems());
    }

    [Fact]
    public void A_policy_that_applies_instead_is_reported_once_for_all_queues()
    {
        policies["all"] = Policy("""{"ha-mode":"all","max-length":10}""", priority: 5);
        queues.ForEach(queue => queue["policy"] = "all");
        Assert.Equal(
            [
                "The policy 'all' applies instead of f2b.bans-limits to f2b.bans.web1 and 1 other queue (no message-ttl, max-length 10 "
                    + "instead of 1000000, no max-length-bytes): set a priority above 5 for f2b.bans-limits, or change the pattern of "
                    + "'all'.",
                "The policy 'all' applies instead of f2b.history-limits to f2b.history (no max-length-bytes, no max-age, no "
                    + "stream-max-segment-size-bytes): set a priority above 5 for f2b.history-limits, or change the pattern of 'all'.",
                "The policy 'all' applies instead of f2b.health-limits to f2b.health (no max-length-bytes, no max-age, no "
                    + "stream-max-segment-size-bytes): set a priority above 5 for f2b.health-limits, or change the pattern of 'all'.",
                "The policy 'all' applies instead of f2b.pardons-limits to f2b.pardons (no max-length-bytes, no "
                    + "stream-max-segment-size-bytes): set a priority above 5 for f2b.pardons-limits, or change the pattern of 'all'.",
            ],
            Problems());
    }

    [Fact]
    public void An_age_limit_of_the_pardons_is_reported()
    {
        policies["f2b.pardons-limits"] = Policy("""{"max-length-bytes":268435456,"max-age":"1D"}""");
        Assert.Equal(
            [
                "The policy f2b.pardons-limits has values on f2b.pardons with which messages are lost or the broker's disk can fill "
                    + "(max-age 1D): set it as docs/production.md shows.",
            ],
            Problems());
    }

    [Fact]
    public void A_policy_with_the_same_limits_is_no_problem_unless_it_does_harm()
    {
        policies["all"] = Policy($$"""{{{Limits}}}""");
        queues[0]["policy"] = "all";
        Assert.Empty(Problems());
        policies["all"] = Policy($$"""{{{Limits}},"overflow":"reject-publish","expires":60000,"dead-letter-exchange":"amq.fanout"}""");
        Assert.StartsWith(
            "The policy 'all' applies instead of f2b.bans-limits to f2b.bans.web1 (overflow reject-publish instead of drop-head, expires "
                + "60000, dead-letter-exchange amq.fanout): set a priority above 0 ",
            Assert.Single(Problems()));
    }

    [Fact]
    public void A_deleted_policy_is_reported()
    {
        policies.Remove("f2b.bans-limits");
        queues[0]["policy"] = null;
        queues[1]["policy"] = null;
        Assert.Equal(
            [
                "The policy f2b.bans-limits does not exist, which changes the limits of f2b.bans.web1 and 1 other queue (no message-ttl, "
                    + "no max-length, no max-length-bytes): f2bbroker init creates it.",
            ],
            Problems());
    }

    [Fact]
    public void A_policy_that_no_longer_matches_is_reported()
    {
        queues[2]["policy"] = null;
        Assert.Equal(
            [
                "The policy f2b.history-limits does not apply to f2b.history (no max-length-bytes, no max-age, no "
                    + "stream-max-segment-size-bytes): correct its pattern and keys, or delete it and run f2bbroker init.",
            ],
            Problems());
    }

    [Fact]
    public void A_policy_of_the_health_messages_without_a_limit_is_reported()
    {
        policies["f2b.health-limits"] = Policy("""{"stream-filter-size-bytes":16}""");
        Assert.Equal(
            [
                "The policy f2b.health-limits has values on f2b.health with which messages are lost or the broker's disk can fill (no "
                    + "limit): set it as docs/production.md shows.",
            ],
            Problems());
    }

    [Theory]
    [InlineData("""{"max-length":5,"overflow":"reject-publish"}""", "overflow reject-publish instead of drop-head")]
    [InlineData("""{"max-length":5,"dead-letter-exchange":"f2b.bans"}""", "dead-letter-exchange f2b.bans")]
    [InlineData("""{"max-length":5,"expires":1000}""", "expires 1000")]
    [InlineData("""{"overflow":"drop-head"}""", "no limit")]
    public void Values_that_lose_bans_or_fill_the_disk_are_reported(string definition, string difference)
    {
        policies["f2b.bans-limits"] = Policy(definition);
        Assert.Equal(
            [
                "The policy f2b.bans-limits has values on f2b.bans.web1 and 1 other queue with which messages are lost or the broker's "
                    + $"disk can fill ({difference}): set it as docs/production.md shows.",
            ],
            Problems());
    }

    [Fact]
    public void An_operator_policy_that_changes_limits_is_reported()
    {
        operatorPolicies["cap"] = Policy("""{"max-length":100,"message-ttl":9999999999,"expires":1000}""");
        operatorPolicyOf["f2b.bans.web1"] = "cap";
        Assert.Equal(
            [
                "The operator policy 'cap' changes f2b.bans.web1 (max-length 100 instead of 1000000, expires 1000): change its values or "
                    + "its pattern (rabbitmqctl set_operator_policy).",
            ],
            Problems());
        operatorPolicies["cap"] = Policy("""{"max-length":1000000}""");
        Assert.Empty(Problems());
    }

    [Fact]
    public void On_RabbitMQ_4_a_quorum_queue_needs_the_policy_without_a_delivery_limit()
    {
        queues[0]["type"] = "quorum";
        Assert.Empty(Problems());
        hasDeliveryLimit = true;
        Assert.Equal(
            [
                "The policy f2b.bans-quorum-limits does not exist, which changes the limits of f2b.bans.web1 (no delivery-limit): "
                    + "f2bbroker init creates it.",
            ],
            Problems());
        policies["f2b.bans-quorum-limits"] = Policy($$"""{{{Limits}},"overflow":"drop-head","delivery-limit":-1}""");
        queues[0]["policy"] = "f2b.bans-quorum-limits";
        Assert.Empty(Problems());
    }

    [Fact]
    public void An_alternate_exchange_is_reported()
    {
        policies["lost"] = Policy("""{"alternate-exchange":"unrouted"}""");
        exchange!["policy"] = "lost";
        Assert.StartsWith("The policy 'lost' sets alternate-exchange on f2b.bans: ", Assert.Single(Problems()));
    }

    [Fact]
    public void A_name_cannot_control_the_terminal()
    {
        policies["\u001b[2J"] = Policy("{}");
        queues[0]["policy"] = "\u001b[2J";
        Assert.StartsWith("The policy '?[2J' applies instead of ", Assert.Single(Problems()));
    }

    [Fact]
    public void A_broker_that_returns_nothing_has_no_problem()
    {
        queues.Clear();
        exchange = null;
        Assert.Empty(Problems());
    }

    [Fact]
    public void A_problem_concerns_the_owner_of_the_queue_and_one_of_the_stream_or_the_exchange_every_server()
    {
        PolicyProblem own = new("", ["f2b.bans.web1", "f2b.bans.web2_error"]);
        Assert.Equal([true, true, false], new[] { "web1", "web2", "web3" }.Select(own.Concerns));
        Assert.True(new PolicyProblem("", ["f2b.history"]).Concerns("web3"));
    }

    private static JsonObject Queue(string name, string policy, string type = "classic") =>
        new() { ["name"] = name, ["policy"] = policy, ["type"] = type };

    private static JsonObject Policy(string definition, int priority = 0) =>
        new() { ["definition"] = JsonNode.Parse(definition), ["priority"] = priority };

    private string[] Problems()
    {
        BrokerPolicies broker = new(queues, exchange, policies, operatorPolicies, operatorPolicyOf, hasDeliveryLimit);
        return [.. new PolicyProblems(broker).Find().Select(problem => problem.Message)];
    }
}
