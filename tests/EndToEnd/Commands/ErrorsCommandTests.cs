using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary><c>f2bbroker errors</c>, with messages that web2 refused.</summary>
public sealed class ErrorsCommandTests(TestBroker broker) : IAsyncLifetime
{
    private const string Queue = "f2b.bans.web2_error";

    private TestGroup group = null!;
    private Server receiver = null!;
    private Sender web1 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollSenderAsync("web1");
        receiver = await group.EnrollAsync("web2", "maxbans = 1/10m");
        await receiver.StartConsumerAsync();
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Refused_messages_are_listed_with_explanations_and_stay_in_the_queue()
    {
        await web1.PublishBanAsync("203.0.113.1", properties => properties.ClearUserId());
        await broker.RefusedAsync(1);
        await web1.PublishAsync(web1.Body("203.0.113.2", server: "web3"));
        IReadOnlyList<JsonNode> before = await broker.RefusedAsync(2);
        string list = (await ErrorsAsync()).Output;
        Assert.Matches(@"(?m)^REFUSED +FROM +REASON +BODY\n20[^ ]+Z +nobody +user_id is missing.* \{""ip"":""203\.0\.113\.1"",", list);
        Assert.Matches(@"(?m)^20[^ ]+Z +web1 +server 'web3' is not the sender 'web1' +\{""ip"":""203\.0\.113\.2"",", list);
        Assert.Matches(@"(?m)^1 of web1: The sender reported under another server's name", list);
        JsonArray json = JsonNode.Parse((await ErrorsAsync("--json", "--from", "web1")).Output)!.AsArray();
        Assert.Equal("server 'web3' is not the sender 'web1'", (string?)Assert.Single(json)!["reason"]);
        Assert.Equal(before.Select(Payload), (await broker.PeekAsync(Queue)).Select(Payload));
        Assert.Equal("'web2' has refused nothing that is asked for here.\n", (await ErrorsAsync("--reason", "quarantined")).Output);
    }

    [Fact]
    public async Task Only_selected_messages_are_dropped()
    {
        await web1.PublishBanAsync("203.0.113.1", properties => properties.ClearUserId());
        await broker.RefusedAsync(1);
        await web1.PublishAsync(web1.Body("203.0.113.2", server: "web3"));
        await broker.RefusedAsync(2);
        await web1.PublishAsync("hello");
        IReadOnlyList<JsonNode> before = await broker.RefusedAsync(3);
        Assert.Equal("1 message dropped.\n", (await ErrorsAsync("--drop", "--reason", "is not the sender")).Errors);
        Assert.Equal([Payload(before[0]), Payload(before[2])], (await broker.RefusedAsync(2)).Select(Payload));
        JsonNode rest = JsonNode.Parse((await ErrorsAsync("--drop", "--json")).Output)!;
        Assert.Equal(2, (int)rest["dropped"]!);
        await broker.RefusedAsync(0);
    }

    [Fact]
    public async Task A_quarantined_ban_that_is_requeued_is_written_under_its_senders_name_and_by_this_server_only()
    {
        Server other = await group.EnrollAsync("web4");
        await other.StartConsumerAsync();
        await web1.PublishBanAsync("203.0.113.1");
        await receiver.HasBansAsync(1);
        await web1.PublishBanAsync("203.0.113.2");
        await broker.RefusedAsync(1);
        await other.HasBansAsync(2);
        Assert.Equal("1 message requeued.\n", (await ErrorsAsync("--requeue")).Errors);
        await receiver.HasBansAsync(2);
        Assert.StartsWith("Ban 203.0.113.2 jail=sshd server=web1 detected=", receiver.Bans[1]);
        await broker.RefusedAsync(0);
        await web1.PublishBanAsync("203.0.113.3");
        await broker.RefusedAsync(1);
        await other.HasBansAsync(3);
        Assert.Equal(2, receiver.Bans.Count);
    }

    [Fact]
    public async Task An_invalid_message_that_is_requeued_is_refused_again_and_keeps_its_sender()
    {
        await web1.PublishAsync(web1.Body("203.0.113.2", server: "web3"));
        await broker.RefusedAsync(1);
        Assert.Equal(0, (await ErrorsAsync("--requeue")).ExitCode);
        await Eventually.TrueAsync(
            () => receiver.Said.Split('\n').Count(line => line.Contains("Refused a message of 'web1'", StringComparison.Ordinal)) == 1,
            () => receiver.Said);
        IReadOnlyList<JsonNode> again = await broker.RefusedAsync(1);
        Assert.Contains("\"f2b-origin\":\"web1\"", again[0].ToJsonString());
        Assert.Empty(receiver.Bans);
    }

    [Fact]
    public async Task An_origin_header_set_by_the_sender_is_ignored()
    {
        void SetOrigin(RabbitMQ.Client.BasicProperties properties)
        {
            properties.ClearUserId();
            properties.Headers = new Dictionary<string, object?> { ["f2b-origin"] = "web3" };
        }

        await web1.PublishAsync(web1.Body("203.0.113.1", server: "web3"), SetOrigin);
        Assert.Contains("user_id is missing", Assert.Single(await broker.RefusedAsync(1)).ToJsonString());
        Assert.Empty(receiver.Bans);
    }

    [Fact]
    public async Task Exclusive_options_and_unknown_servers_are_reported()
    {
        Assert.Equal((78, "--drop and --requeue exclude each other.\n"), Result(await ErrorsAsync("--drop", "--requeue")));
        Assert.Equal(
            (78, "'web9' has no error queue f2b.bans.web9_error: it is not enrolled, is a reporter, or its consumer has never started.\n"),
            Result(await broker.AdminAsync("errors", "web9", "--amqp", broker.Uri)));
    }

    private static string Payload(JsonNode message) => message["payload"]!.ToString();

    private static (int Code, string Errors) Result(Built.Outcome outcome) => (outcome.ExitCode, outcome.Errors);

    private Task<Built.Outcome> ErrorsAsync(params string[] options) =>
        broker.AdminAsync(["errors", "web2", "--amqp", broker.Uri, .. options]);
}
