using System.Text.Json.Nodes;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>
/// What <c>f2bbroker status</c> shows for programs that have been silent for longer, and for a flooded stream. The broker's clock was moved
/// while their last messages were published.
/// </summary>
[Trait("Form", "slow")]
public sealed class HealthAgeTests : RunningBroker, IAsyncLifetime
{
    private readonly LocalBroker local = new();
    private readonly List<Server> servers = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (Server server in servers)
        {
            await server.DisposeAsync();
        }

        CloseApi();
        await local.DisposeAsync();
    }

    [Fact]
    public async Task A_silent_program_is_found_as_far_back_as_the_stream_reaches()
    {
        await StartAsync("-3d");
        await InitAsync();
        Sender web1 = await EnrollAsync("web1");
        await web1.PublishHealthAsync("consumer");
        await web1.PublishHealthAsync("producer", message => message["state"] = "stopped");
        await web1.DisposeAsync();
        await local.StopAsync();
        await StartAsync("-10m");
        Sender web2 = await EnrollAsync("web2");
        await PublishedAfterStartAsync(web2, "consumer");
        await web2.PublishHealthAsync("producer");
        await web2.DisposeAsync();
        await local.StopAsync();
        await StartAsync("+0");
        Sender web3 = await EnrollAsync("web3");
        await PublishedAfterStartAsync(web3, "producer");
        await web3.DisposeAsync();
        string status = await StatusAsync();
        Assert.Contains("web1's consumer has sent nothing since ", status);
        Assert.Contains("web1's producer was stopped at ", status);
        Assert.Contains("web2's consumer has sent nothing since ", status);
        Assert.Contains("web2's producer has sent nothing since ", status);
        Assert.Contains("web3's consumer was never seen within 7 days: ", status);
        Assert.Contains("web3's producer is not connected: ", status);
        JsonNode json = JsonNode.Parse(await StatusAsync("--json"))!;
        Assert.Equal(
            ["silent", "stopped", "silent", "silent", "never seen", "disconnected"],
            json.AsArray().SelectMany(server => server!["programs"]!.AsArray()).Select(program => (string?)program!["state"]));
    }

    [Fact]
    public async Task A_server_that_floods_the_stream_is_named_and_what_was_displaced_is_unknown()
    {
        await StartAsync();
        await InitAsync();
        await DeleteAsync("queues/f2b/f2b.health");
        await PutAsync("policies/f2b/small", new()
        {
            ["pattern"] = @"^f2b\.health$",
            ["priority"] = 1000,
            ["definition"] = new JsonObject { ["max-length-bytes"] = 300_000, ["stream-max-segment-size-bytes"] = 100_000 },
        });
        await InitAsync();
        await using Sender web1 = await EnrollAsync("web1");
        await web1.PublishHealthAsync("consumer");
        await using Sender web9 = await EnrollAsync("web9");
        string status = await StatusAsync();
        Assert.Matches(@"(?m)^web1 +both +classic +consumer 0\.2\.0 ", status);
        await Eventually.TrueAsync(
            async () =>
            {
                await web9.PublishAllAsync("f2b.health.in", Enumerable.Repeat(("web9", new string('x', 3000)), 200));
                return (status = await StatusAsync()).Contains("flooded", StringComparison.Ordinal);
            },
            () => status);
        Assert.Contains(
            "The stream f2b.health is flooded by web9: it holds less than 150 seconds, so programs without a message are unknown (?). "
                + "If web9 was compromised, f2bbroker revoke web9.",
            status);
        Assert.Matches(@"(?m)^web1 +both +classic +[^ ]+ .* \?$", status);
        Assert.DoesNotContain("never seen", status);
        Assert.Matches(@"(?m)^\d+ messages of web9 in f2b\.health do not count, for example: no health message in JSON\.", status);
    }

    private async Task<Sender> EnrollAsync(string name)
    {
        Server server = await Server.EnrollAsync(this, name);
        servers.Add(server);
        return await Sender.ConnectAsync(this, server, "consumer");
    }

    /// <param name="clock">How far the broker's clock is moved, in faketime's form.</param>
    private async Task StartAsync(string? clock = null)
    {
        await local.StartAsync(clock is null ? [] : FakeClock.Off(clock));
        SetAddress("127.0.0.1", local.Port, local.Api);
    }

    /// <summary>Publishes as soon as the stream is up, which can be later than the broker.</summary>
    private static async Task PublishedAfterStartAsync(Sender sender, string program)
    {
        string refusal = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await sender.PublishHealthAsync(program);
                    return true;
                }
                catch (PublishReturnException failure)
                {
                    refusal = failure.Message;
                    return false;
                }
            },
            () => refusal);
    }

    private async Task InitAsync()
    {
        Built.Outcome init = await AdminAsync("init");
        Assert.True(init.ExitCode == 0, init.Errors);
    }

    private async Task<string> StatusAsync(params string[] options) =>
        (await AdminAsync(["status", "--amqp", Uri, .. options])).Output;
}
