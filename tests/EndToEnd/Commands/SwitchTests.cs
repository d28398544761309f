using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>Servers that change between a queue and the stream.</summary>
[Trait("Form", "long")]
[Trait("Form", "soak")]
public sealed class SwitchTests(TestBroker broker) : IAsyncLifetime
{
    private const string Queue = "queues/f2b/f2b.bans.web1";

    private TestGroup group = null!;
    private Sender sender = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        sender = await group.EnrollSenderAsync("web2");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_stream_server_has_no_queue_keeps_its_way_to_receive_and_may_declare_nothing()
    {
        await using Server server = await Server.EnrollFromStreamAsync(broker, "web1");
        Assert.EndsWith("[consumer]\nqueuetype = stream\n", File.ReadAllText(server.Local));
        string rights = (await broker.GetAsync("permissions/f2b/web1"))!.ToJsonString();
        foreach (string[] command in new string[][] { ["enroll", "web1", "--force"], ["rotate", "web1"], ["init"] })
        {
            Built.Outcome outcome = await broker.AdminAsync(command);
            Assert.Equal(0, outcome.ExitCode);
            Assert.True(command[0] == "init" || outcome.Output.EndsWith("queuetype = stream\n", StringComparison.Ordinal));
            Assert.Equal(rights, (await broker.GetAsync("permissions/f2b/web1"))!.ToJsonString());
        }

        Assert.Null(await broker.GetAsync(Queue));
        Assert.Equal(
            "'web1' has a new password as a receiver; its connections are closed. It has no queue and follows the stream f2b.history.\n",
            (await broker.AdminAsync("enroll", "web1", "--force", "--role", "receiver")).Errors);
    }

    [Theory]
    [InlineData("--stream and --quorum-queue exclude each other.", "--stream", "--quorum-queue")]
    [InlineData("--stream and --queue exclude each other.", "--stream", "--queue")]
    [InlineData("--drop-waiting is only for --stream.", "--drop-waiting")]
    [InlineData("--stream: a reporter receives no bans.", "--stream", "--role", "reporter")]
    [InlineData("--queue: a reporter has no queue.", "--queue", "--role", "reporter")]
    public async Task Options_that_exclude_each_other_are_refused(string message, params string[] options)
    {
        Built.Outcome outcome = await broker.AdminAsync(["enroll", "web1", .. options]);
        Assert.Equal((78, "", $"{message}\n"), (outcome.ExitCode, outcome.Output, outcome.Errors));
        Assert.Null(await broker.GetAsync("users/web1"));
    }

    [Fact]
    public async Task Without_the_stream_a_server_keeps_its_login()
    {
        Server server = await group.EnrollAsync("web1");
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Built.Outcome outcome = await ToStreamAsync();
        Assert.Equal(78, outcome.ExitCode);
        Assert.StartsWith("The broker has no stream f2b.history that 'web1' could follow: run f2bbroker init.", outcome.Errors);
        await using Sender login = await Sender.ConnectAsync(broker, server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Waiting_bans_that_the_stream_holds_do_not_prevent_the_switch(bool isQuorum)
    {
        await EnrollAsync(isQuorum);
        await sender.PublishBanAsync("203.0.113.1");
        await sender.PublishBanAsync("203.0.113.2");
        Built.Outcome outcome = await ToStreamAsync();
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Matches(
            @"^2 bans waited in f2b\.bans\.web1, and the stream holds them\. The first start of the consumer reads back to 20[^ ]+Z, "
                + @"if its \[consumer\] history \(1d by default\) is as long\.\nQueue f2b\.bans\.web1: removed",
            outcome.Errors);
        Assert.EndsWith("[consumer]\nqueuetype = stream\n", outcome.Output);
        Assert.Null(await broker.GetAsync(Queue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_waiting_ban_that_left_the_stream_prevents_the_switch_and_the_server_keeps_queue_and_login(bool isQuorum)
    {
        Server server = await EnrollAsync(isQuorum);
        await sender.PublishBanAsync("203.0.113.1");
        await EmptyStreamAsync();
        await sender.PublishBanAsync("203.0.113.2");
        await using Sender consumer = await Sender.ConnectAsync(broker, server);
        await using IChannel channel = await HoldAsync(consumer);
        Built.Outcome outcome = await ToStreamAsync();
        Assert.Equal((78, ""), (outcome.ExitCode, outcome.Output));
        Assert.Matches(
            @"^'web1' keeps its queue and its login: a ban in f2b\.bans\.web1 would be lost \(the oldest of 20[^ ]+Z\), because it left "
                + @"the stream f2b\.history\. Let its consumer receive it until f2bbroker status shows none waiting\. --drop-waiting "
                + @"deletes it\.\n$",
            outcome.Errors);
        await server.StartConsumerAsync();
        await server.HasBansAsync(2);
        Assert.Equal(0, (await ToStreamAsync()).ExitCode);
        Assert.Null(await broker.GetAsync(Queue));
    }

    [Fact]
    public async Task Waiting_bans_are_dropped_on_request()
    {
        await group.EnrollAsync("web1");
        await sender.PublishBanAsync("203.0.113.1");
        await EmptyStreamAsync();
        Assert.Equal(0, (await ToStreamAsync("--drop-waiting")).ExitCode);
        Assert.Null(await broker.GetAsync(Queue));
    }

    [Fact]
    public async Task A_ban_older_than_a_day_and_an_invalid_message_prevent_no_switch_unless_the_stream_keeps_longer()
    {
        await group.EnrollAsync("web1");
        await sender.PublishAsync("{");
        string old = $"{TimeProvider.System.GetUtcNow().AddHours(-25):yyyy-MM-ddTHH:mm:ss.fffZ}";
        await sender.PublishAsync($$"""{"ip":"203.0.113.1","jail":"sshd","server":"web2","detectedAt":"{{old}}"}""");
        await EmptyStreamAsync("--retention", "2d");
        Built.Outcome refused = await ToStreamAsync();
        Assert.Equal((78, true), (refused.ExitCode, refused.Errors.Contains($"(the oldest of {old})", StringComparison.Ordinal)));
        Assert.Equal(0, (await broker.AdminAsync("init", "--retention", "1d")).ExitCode);
        Assert.Equal(0, (await ToStreamAsync()).ExitCode);
    }

    [Fact]
    public async Task On_the_way_back_the_queue_is_bound_before_the_login_changes()
    {
        await using Server server = await Server.EnrollFromStreamAsync(broker, "web1");
        await using Sender old = await Sender.ConnectAsync(broker, server);
        Task<string> published = PublishWhenClosedAsync(old);
        Built.Outcome outcome = await broker.AdminAsync("enroll", "web1", "--force", "--queue");
        Assert.Equal((0, "'web1' has a new password; its connections are closed.\n"), (outcome.ExitCode, outcome.Errors));
        Assert.DoesNotContain("queuetype", outcome.Output);
        string first = await published;
        IReadOnlyList<JsonNode> waiting = await broker.PeekAsync("f2b.bans.web1");
        Assert.Contains(first, waiting.Select(message => (string?)JsonNode.Parse((string)message["payload"]!)!["ip"]));
    }

    /// <summary>Receives the waiting bans and acknowledges none, like the consumer on a full disk.</summary>
    private static async Task<IChannel> HoldAsync(Sender consumer)
    {
        IChannel channel = await consumer.UnconfirmedChannelAsync();
        AsyncEventingBasicConsumer receiver = new(channel);
        await channel.BasicConsumeAsync("f2b.bans.web1", autoAck: false, "", noLocal: false, exclusive: true, arguments: null, receiver);
        return channel;
    }

    /// <summary>Publishes a ban as soon as the connection is closed. Returns its address.</summary>
    private async Task<string> PublishWhenClosedAsync(Sender connected)
    {
        const string address = "203.0.113.1";
        await Eventually.TrueAsync(() => !connected.IsOpen, () => "The old login is still connected.");
        await sender.PublishBanAsync(address);
        return address;
    }

    private async Task<Server> EnrollAsync(bool isQuorum) => isQuorum
        ? group.Add(await Server.EnrollWithQuorumQueueAsync(broker, "web1"))
        : await group.EnrollAsync("web1");

    /// <summary>Deletes and creates the stream, so that it no longer holds what was published before.</summary>
    private async Task EmptyStreamAsync(params string[] options)
    {
        await broker.DeleteAsync("queues/f2b/f2b.history");
        Built.Outcome init = await broker.AdminAsync(["init", .. options]);
        Assert.True(init.ExitCode == 0, init.Errors);
    }

    private Task<Built.Outcome> ToStreamAsync(params string[] options) =>
        broker.AdminAsync(["enroll", "web1", "--force", "--stream", "--amqp", broker.Uri, .. options]);
}
