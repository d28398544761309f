using System.Text.Json.Nodes;

namespace F2bBroker.EndToEndTests.Producing;

/// <summary>Limits of the broker that are reached, and how they are named.</summary>
public sealed class LimitTests(TestBroker broker) : IAsyncLifetime
{
    private const string User = "of this login's user";
    private const string VirtualHost = "of the virtual host 'f2b'";

    private Server server = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        server = await Server.EnrollAsync(broker, "web1");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("vhost-limits/f2b", "max-connections", VirtualHost)]
    [InlineData("user-limits/web1", "max-connections", User)]
    [InlineData("user-limits/web1", "max-channels", User)]
    public async Task A_limit_that_prevents_the_login_is_named_and_the_daemons_wait(string place, string limit, string owner)
    {
        string name = $"the limit {limit} {owner} (0) is reached. Close connections that are not needed, or raise the limit (rabbitmqctl";
        await SetAsync(place, limit, 0);
        foreach (string program in new[] { Built.Producer, Built.Consumer })
        {
            Built.Outcome test = await Built.RunAsync(program, ["--config", server.Configuration, "--test"]);
            Assert.Contains($"does not serve 'web1' now: {name}", test.Errors);
            Assert.Equal(69, test.ExitCode);
        }

        Built.Outcome doctor = await DoctorAsync();
        Assert.Contains($"FAULT  broker: The broker at {broker.Host}:{broker.Port} does not serve 'web1' now", doctor.Output);
        Daemon[] daemons = [server.Start(Built.Producer), server.Start(Built.Consumer)];
        foreach (Daemon daemon in daemons)
        {
            await daemon.SaysAsync(name);
        }

        await SetAsync(place, limit, 32);
        foreach (Daemon daemon in daemons)
        {
            await daemon.SaysAsync("accepts the login of web1");
            Assert.True(daemon.Count("is reached") == 1, daemon.Said);
        }
    }

    [Fact]
    public async Task Too_few_channels_for_the_queue_are_named()
    {
        await SetAsync("user-limits/web1", "max-channels", 1);
        Daemon consumer = server.Start(Built.Consumer);
        await consumer.SaysAsync($"does not serve the queue of 'web1': the limit max-channels {User} (1) is reached.");
        Assert.DoesNotContain("Check the server's rights", consumer.Said);
    }

    [Fact]
    public async Task Too_few_channels_for_the_bans_are_named()
    {
        // One channel is enough to check the login, which opens one at a time. The bans and the health messages need one each.
        const string limit = $"the limit max-channels {User} (1) is reached.";
        await SetAsync("user-limits/web1", "max-channels", 1);
        Daemon producer = await PublishAsync(limit);
        for (int starts = 1; producer.Count("Published: ") > 0; starts++)
        {
            // The bans had their channel first. The next producer opens both again.
            Assert.True(starts < 20, producer.Said);
            await producer.StopAsync();
            producer = await PublishAsync(limit);
        }

        await SetAsync("user-limits/web1", "max-channels", 32);
        await producer.SaysAsync("Published: ");
    }

    [Fact]
    public async Task Too_few_queues_are_named()
    {
        // The stream, and the queue of web1. The consumer also needs an error queue.
        await SetAsync("vhost-limits/f2b", "max-queues", 2);
        string name = $"the limit max-queues {VirtualHost} (2) is reached. Delete queues that are not needed";
        Built.Outcome test = await Built.RunAsync(Built.Consumer, ["--config", server.Configuration, "--test"]);
        Assert.Contains(name, test.Errors);
        Assert.Equal(78, test.ExitCode);
        Daemon consumer = server.Start(Built.Consumer);
        await consumer.SaysAsync($"does not serve the queue of 'web1': {name}");
        Assert.DoesNotContain("Check the server's rights", consumer.Said);
        Built.Outcome enroll = await broker.AdminAsync("enroll", "web2");
        Assert.Contains("queue limit in vhost 'f2b' (2) is reached", enroll.Errors);
    }

    /// <summary>Starts a producer and reports a ban. Waits until the broker confirms it, or the producer says the text.</summary>
    private async Task<Daemon> PublishAsync(string text)
    {
        Daemon producer = await server.StartProducerAsync();
        await server.LogBansAsync("203.0.113.7");
        await Eventually.TrueAsync(() => producer.Count("Published: ") + producer.Count(text) > 0, () => producer.Said);
        return producer;
    }

    private async Task SetAsync(string place, string limit, int value)
    {
        await broker.PutAsync($"{place}/{limit}", new JsonObject { ["value"] = value });
        JsonNode? limits = null;
        await Eventually.TrueAsync(
            async () =>
            {
                limits = await broker.GetAsync(place);
                return (int?)limits?[0]?["value"]?[limit] == value;
            },
            () => $"{limits}");
    }

    private Task<Built.Outcome> DoctorAsync() =>
        Built.RunAsync(
            Built.Admin,
            ["doctor", "--config", server.Configuration, "--socket", Path.Combine(server.Folder, "socket")]);
}
