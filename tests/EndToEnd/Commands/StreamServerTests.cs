using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>
/// A server that follows the stream: what <c>errors</c>, <c>doctor</c>, <c>why</c> and the consumer's <c>--test</c> say about it and about
/// settings that do not fit.
/// </summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class StreamServerTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server web1 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollFromStreamAsync("web1");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Errors_lists_the_messages_of_the_stream_that_break_the_protocol()
    {
        Sender web2 = await group.EnrollSenderAsync("web2");
        Assert.Equal("'web1' has refused nothing that is asked for here.\n", (await ErrorsAsync()).Output);
        await web2.PublishBanAsync("203.0.113.1");
        await web2.PublishBanAsync("203.0.113.2", properties => properties.ClearUserId());
        await web2.PublishAsync(web2.Body("203.0.113.3", server: "web3"));
        await web2.PublishAsync("nonsense");
        string list = (await ErrorsAsync()).Output;
        Assert.Matches(@"(?m)^REFUSED +FROM +REASON +BODY\n20[^ ]+:00\.000Z +nobody +user_id is missing.* \{""ip"":", list);
        Assert.Matches(@"(?m)^20[^ ]+Z +web2 +server 'web3' is not the sender 'web2' +\{""ip"":""203\.0\.113\.3"",", list);
        Assert.Matches(@"(?m)^20[^ ]+Z +web2 +the body is not JSON.* +nonsense$", list);
        Assert.Matches(@"(?m)^1 of web2: The sender reported under another server's name", list);
        Assert.EndsWith(
            "\n'web1' follows the stream f2b.history, whose messages can be neither dropped nor requeued: they are deleted when they are "
                + "older than its retention.\n",
            list);
        Assert.DoesNotContain("203.0.113.1", list);
        JsonArray json = JsonNode.Parse((await ErrorsAsync("--json", "--from", "web2", "--reason", "not the sender")).Output)!.AsArray();
        JsonNode only = Assert.Single(json)!;
        Assert.Equal(["refusedAt", "origin", "reason", "explanation", "body"], only.AsObject().Select(field => field.Key));
        Assert.Equal("server 'web3' is not the sender 'web2'", (string?)only["reason"]);
    }

    [Theory]
    [InlineData("--drop")]
    [InlineData("--requeue")]
    public async Task Messages_of_the_stream_are_neither_dropped_nor_requeued(string option)
    {
        Built.Outcome outcome = await ErrorsAsync(option);
        Assert.Equal(78, outcome.ExitCode);
        Assert.StartsWith("'web1' follows the stream f2b.history, whose messages can be neither dropped nor requeued", outcome.Errors);
    }

    [Fact]
    public async Task Doctor_and_test_check_the_stream()
    {
        string output = await DoctorAsync(web1);
        Assert.Contains(
            "ok     rights on the broker, as reporter and receiver\nok     stream f2b.history\nok     stream f2b.pardons\n",
            output);
        Assert.Contains("ok     f2bbroker-consumer --test\n", output);
        Assert.DoesNotContain("queue", output);
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Assert.Contains(
            "FAULT  stream f2b.history: it does not exist, so this server receives no bans: run f2bbroker init.",
            await DoctorAsync(web1));
        await FailsAsync(web1, "The broker has no stream f2b.history: run f2bbroker init.");
        Assert.Null(await broker.GetAsync("queues/f2b/f2b.bans.web1"));
        Assert.Null(await broker.GetAsync("exchanges/f2b/f2b.bans.web1_error"));
    }

    [Fact]
    public async Task A_server_with_a_queue_that_is_configured_to_follow_the_stream_is_reported()
    {
        Server web2 = await group.EnrollAsync("web2");
        Configure(web2, QueueType.Stream);
        const string message = "[consumer] queuetype is stream, but 'web2' is enrolled with a queue, in which bans would wait that nobody "
            + "reads";
        Assert.Contains($"FAULT  [consumer] queuetype: {message}", await DoctorAsync(web2));
        await FailsAsync(web2, message);
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task A_server_without_a_queue_that_is_configured_for_one_is_reported(string type)
    {
        Configure(web1, QueueType.Parse(type)!);
        string message = $"[consumer] queuetype is {type}, but 'web1' is enrolled with --stream, so it may not have a queue: set "
            + "queuetype = stream.";
        Assert.Contains($"FAULT  [consumer] queuetype: {message}", await DoctorAsync(web1));
        await FailsAsync(web1, message);
        Daemon running = web1.Start(Built.Consumer);
        Assert.Equal(78, await running.EndAsync());
        await running.SaysAsync("If the server is enrolled with --stream, set [consumer] queuetype = stream.");
    }

    [Fact]
    public async Task A_reporter_receives_nothing_whatever_is_configured()
    {
        Server web2 = group.Add(await Server.EnrollAsync(broker, "web2", Role.Reporter));
        Configure(web2, QueueType.Stream);
        Assert.Contains("ok     rights on the broker, as reporter\n", await DoctorAsync(web2));
        await FailsAsync(web2, "'web2' may not receive bans: it is enrolled as a reporter, so it needs no consumer.");
    }

    [Theory]
    [InlineData("web1")]
    [InlineData("reporter")]
    public async Task Why_needs_no_error_queue(string name)
    {
        Server server = name == web1.Name ? web1 : group.Add(await Server.EnrollAsync(broker, name, Role.Reporter));
        Built.Outcome outcome = await Built.RunAsync(
            Built.Admin,
            ["why", "203.0.113.1", "--config", server.Configuration, "--socket", "/nonexistent/socket"]);
        Assert.DoesNotContain("_error", outcome.Output);
        Assert.Contains("A new ban of 203.0.113.1 by another server in jail sshd would be written as Ban.", outcome.Output);
    }

    [Fact]
    public async Task Why_explains_what_a_server_that_follows_the_stream_refused()
    {
        Sender web2 = await group.EnrollSenderAsync("web2");
        await web2.PublishAsync(web2.Body("203.0.113.1", server: "web3"));
        File.WriteAllText(web1.BansLog, "");
        Built.Outcome outcome = await Built.RunAsync(
            Built.Admin,
            ["why", "203.0.113.1", "--config", web1.Configuration, "--socket", "/nonexistent/socket"]);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(
            "Refused by every server, because the message breaks the protocol:\n'web2': server 'web3' is not the sender 'web2'",
            outcome.Output);
        Assert.False(outcome.Output.Contains("Unknown, because it could not be read", StringComparison.Ordinal), outcome.Output);
    }

    private static void Configure(Server server, QueueType type)
    {
        string local = Path.ChangeExtension(server.Configuration, ".local");
        IEnumerable<string> others = File.ReadAllLines(local)
            .Where(line => line != "[consumer]" && !line.StartsWith("queuetype", StringComparison.Ordinal));
        File.WriteAllLines(local, [.. others, "[consumer]", $"queuetype = {type}"]);
    }

    private static async Task<string> DoctorAsync(Server server) => (await Built.RunAsync(
        Built.Admin,
        ["doctor", "--config", server.Configuration, "--socket", "/nonexistent/socket"])).Output;

    private static async Task FailsAsync(Server server, string message)
    {
        Built.Outcome test = await Built.RunAsync(Built.Consumer, ["--config", server.Configuration, "--test"]);
        Assert.Equal(78, test.ExitCode);
        Assert.Contains(message, test.Errors);
    }

    private Task<Built.Outcome> ErrorsAsync(params string[] options) =>
        broker.AdminAsync(["errors", "web1", "--amqp", broker.Uri, .. options]);
}
