using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>Policies of the operator that change the limits of <c>f2bbroker init</c>: <c>status</c> and <c>init</c> name them.</summary>
public sealed class PolicyTests(TestBroker broker) : IAsyncLifetime
{
    private const string Own = "policies/f2b/f2b.bans-limits";

    private Server web1 = null!;
    private Server web2 = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        web1 = await Server.EnrollAsync(broker, "web1");
        web2 = await Server.EnrollAsync(broker, "web2");
    }

    public async ValueTask DisposeAsync()
    {
        await web1.DisposeAsync();
        await web2.DisposeAsync();
    }

    [Fact]
    public async Task A_policy_with_a_higher_priority_is_named_once_until_it_no_longer_applies()
    {
        Assert.Empty(await ProblemsAsync());
        await PolicyAsync("all", ".*", new() { ["max-length-bytes"] = 10_000_000 }, priority: 5);
        const string bans =
            "The policy 'all' applies instead of f2b.bans-limits to f2b.bans.web1 and 1 other queue (no message-ttl, no max-length, "
                + "max-length-bytes 10000000 instead of 536870912): set a priority above 5 for f2b.bans-limits, or change the pattern "
                + "of 'all'.";
        const string history =
            "The policy 'all' applies instead of f2b.history-limits to f2b.history (max-length-bytes 10000000 instead of "
                + "536870912, no max-age, no stream-max-segment-size-bytes): set a priority above 5 for f2b.history-limits, or change "
                + "the pattern of 'all'.";
        const string health =
            "The policy 'all' applies instead of f2b.health-limits to f2b.health (max-length-bytes 10000000 instead of 67108864, no "
                + "max-age, no stream-max-segment-size-bytes): set a priority above 5 for f2b.health-limits, or change the pattern of "
                + "'all'.";
        const string pardons =
            "The policy 'all' applies instead of f2b.pardons-limits to f2b.pardons (max-length-bytes 10000000 instead of 268435456, no "
                + "stream-max-segment-size-bytes): set a priority above 5 for f2b.pardons-limits, or change the pattern of 'all'.";
        Assert.Equal([bans, health, history, pardons], await ProblemsAsync());
        JsonNode json = JsonNode.Parse((await broker.AdminAsync("status", "--json", "--amqp", broker.Uri)).Output)!;
        Assert.All(json.AsArray(), server => Assert.Superset(
            new HashSet<string> { bans, health, history, pardons },
            server!["todo"]!.AsArray().Select(message => (string)message!).ToHashSet()));
        string init = (await broker.AdminAsync("init")).Errors;
        Assert.EndsWith($"already exists.\n{bans}\n{health}\n{history}\n{pardons}\n", init);

        JsonNode own = (await broker.GetAsync(Own))!;
        await PolicyAsync("f2b.bans-limits", (string)own["pattern"]!, (JsonObject)own["definition"]!.DeepClone(), priority: 6);
        Assert.Equal([health, history, pardons], await ProblemsAsync());
        await PolicyAsync("all", "^mine$", new() { ["max-length-bytes"] = 10_000_000 }, priority: 5);
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task A_deleted_policy_is_named_and_init_creates_it()
    {
        await broker.DeleteAsync(Own);
        Assert.Equal(
            [
                "The policy f2b.bans-limits does not exist, which changes the limits of f2b.bans.web1 and 1 other queue (no message-ttl, "
                    + "no max-length, no max-length-bytes): f2bbroker init creates it.",
            ],
            await ProblemsAsync());
        string init = (await broker.AdminAsync("init")).Errors;
        Assert.Contains("Policy f2b.bans-limits: created.\n", init);
        Assert.DoesNotContain("The policy", init);
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task A_policy_of_init_whose_pattern_or_values_were_changed_is_named()
    {
        await PolicyAsync("f2b.history-limits", "^history$", new() { ["max-age"] = "1D" });
        await PolicyAsync("f2b.bans-limits", @"^f2b\.bans\.", new() { ["max-length"] = 5, ["overflow"] = "reject-publish" });
        Assert.Equal(
            [
                "The policy f2b.bans-limits has values on f2b.bans.web1 and 1 other queue with which messages are lost or the broker's "
                    + "disk can fill (overflow reject-publish instead of drop-head): set it as docs/production.md shows.",
                "The policy f2b.history-limits does not apply to f2b.history (no max-age): correct its pattern and keys, or delete it "
                    + "and run f2bbroker init.",
            ],
            await ProblemsAsync());
    }

    [Fact]
    public async Task A_policy_that_copies_or_deletes_bans_and_one_that_hides_unroutable_bans_are_named()
    {
        await PolicyAsync(
            "copy",
            @"^f2b\.bans",
            new()
            {
                ["alternate-exchange"] = "amq.fanout",
                ["dead-letter-exchange"] = "amq.fanout",
                ["expires"] = 3_600_000,
            },
            priority: 1);
        string[] problems = await ProblemsAsync();
        Assert.Equal(2, problems.Length);
        Assert.Contains("no max-length-bytes, expires 3600000, dead-letter-exchange amq.fanout): set a priority above 1 for ", problems[0]);
        Assert.StartsWith("The policy 'copy' sets alternate-exchange on f2b.bans: ", problems[1]);
    }

    [Fact]
    public async Task An_operator_policy_that_lowers_a_limit_is_named()
    {
        await broker.PutAsync("operator-policies/f2b/cap", new()
        {
            ["pattern"] = @"^f2b\.bans\.web2$",
            ["apply-to"] = "queues",
            ["definition"] = new JsonObject { ["max-length"] = 10, ["message-ttl"] = 9_999_999_999 },
        });
        string[] problems = [];
        await Eventually.TrueAsync(
            async () => (problems = await ProblemsAsync()).SequenceEqual([
                "The operator policy 'cap' changes f2b.bans.web2 (max-length 10 instead of 1000000): change its values or its pattern "
                    + "(rabbitmqctl set_operator_policy).",
            ]),
            () => string.Join('\n', problems));
    }

    private Task PolicyAsync(string name, string pattern, JsonObject definition, int priority = 0) => broker.PutAsync(
        $"policies/f2b/{name}",
        new() { ["pattern"] = pattern, ["priority"] = priority, ["definition"] = definition });

    /// <summary>The messages of <c>status</c> about policies.</summary>
    private async Task<string[]> ProblemsAsync() =>
    [
        .. (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output
            .Split('\n')
            .Where(line => line.StartsWith("The ", StringComparison.Ordinal) && line.Contains("policy", StringComparison.Ordinal)),
    ];
}
