using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>How long the stream of the bans keeps them.</summary>
public sealed class RetentionTests(TestBroker broker) : IAsyncLifetime
{
    private const string Policy = "policies/f2b/f2b.history-limits";

    /// <summary>The time of the newest message, in ticks.</summary>
    private long newest;

    public ValueTask InitializeAsync() => new(broker.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Init_sets_the_retention_and_keeps_it_from_then_on()
    {
        Assert.Contains(
            "Policy f2b.history-limits: changed (max-age 7D, max-length-bytes 2147483648).\n",
            await InitAsync("--retention", "7d", "--retention-size", "2GB"));
        Assert.Equal(("7D", 2_147_483_648, 2_097_152), await LimitsAsync());
        Assert.DoesNotContain("changed", await InitAsync());
        Assert.DoesNotContain("changed", await InitAsync("--retention", "7d"));
        Assert.Equal(("7D", 2_147_483_648, 2_097_152), await LimitsAsync());
        Assert.Contains(": changed (max-age 36h).\n", await InitAsync("--retention", "36h"));
        Assert.Equal(("36h", 2_147_483_648, 2_097_152), await LimitsAsync());
        await broker.AdminAsync("enroll", "web1");
        Assert.DoesNotContain("olicy", (await broker.AdminAsync("status", "--amqp", broker.Uri)).Output);
    }

    [Fact]
    public async Task Init_creates_the_policy_with_the_retention()
    {
        await broker.DeleteAsync(Policy);
        Assert.Contains("Policy f2b.history-limits: created.\n", await InitAsync("--retention", "2w"));
        Assert.Equal(("14D", 536_870_912, 2_097_152), await LimitsAsync());
    }

    [Fact]
    public async Task The_operators_own_pattern_priority_and_keys_stay()
    {
        await broker.PutAsync(Policy, new()
        {
            ["pattern"] = "^f2b.history$",
            ["apply-to"] = "queues",
            ["priority"] = 3,
            ["definition"] = new JsonObject { ["max-age"] = "3D", ["max-length-bytes"] = 99_000_000, ["initial-cluster-size"] = 3 },
        });
        Assert.Contains(": changed (max-length-bytes 134217728).\n", await InitAsync("--retention-size", "128MB"));
        JsonNode policy = (await broker.GetAsync(Policy))!;
        Assert.Equal(("^f2b.history$", 3), ((string?)policy["pattern"], (int)policy["priority"]!));
        Assert.Equal(
            """{"initial-cluster-size":3,"max-age":"3D","max-length-bytes":134217728}""",
            new JsonObject(((JsonObject)policy["definition"]!).OrderBy(pair => pair.Key).Select(pair =>
                KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))).ToJsonString());
    }

    [Fact]
    public async Task An_invalid_value_changes_nothing()
    {
        Built.Outcome outcome = await broker.AdminAsync("init", "--retention", "7 days");
        Assert.Equal(
            (78, "--retention: '7 days' is not a number and s, m, h, d or w, at least 1m.\n"),
            (outcome.ExitCode, outcome.Errors));
        Assert.Equal(("1D", 536_870_912, 2_097_152), await LimitsAsync());
    }

    /// <summary>
    /// RabbitMQ deletes whole segments when a new one begins, so the oldest message is at most as old as the retention and two segments.
    /// The rate fills a segment in a second, which leaves four seconds of a tenth of the retention to a busy machine.
    /// </summary>
    [Fact]
    [Trait("Form", "soak")]
    [Trait("Form", "long")]
    public async Task A_running_stream_takes_the_retention_and_keeps_it_within_a_tenth()
    {
        await using Server server = await Server.EnrollAsync(broker, "web1", Contracts.Role.Reporter);
        await using Sender sender = await Sender.ConnectAsync(broker, server);
        await InitAsync("--retention", "1m");
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(Soak.Times(100, 300)), TimeProvider.System);
        Task publishing = PublishAsync(sender, bytesPerSecond: 2_097_152, stop.Token);
        TimeSpan oldest = await FindMaxAgeAsync(stop.Token);
        await publishing;
        TestContext.Current.SendDiagnosticMessage("oldest message with a retention of 60 s: {0:0.0} s", oldest.TotalSeconds);
        new SoakTable("Retention", "retention, seconds", "oldest message, seconds").Add(60, $"{oldest.TotalSeconds:0.0}");
        Assert.InRange(oldest.TotalSeconds, 60, 66);
    }

    /// <summary>Publishes messages that begin with the time, until it is stopped.</summary>
    private async Task PublishAsync(Sender sender, int bytesPerSecond, CancellationToken stop)
    {
        const int size = 16_384;
        await using IChannel channel = await sender.ChannelAsync();
        BasicProperties properties = new() { UserId = sender.Name, Persistent = true };
        long start = TimeProvider.System.GetTimestamp();
        for (long sent = 0; !stop.IsCancellationRequested;)
        {
            while (sent * size < TimeProvider.System.GetElapsedTime(start).TotalSeconds * bytesPerSecond)
            {
                DateTimeOffset now = TimeProvider.System.GetUtcNow();
                byte[] body = Encoding.UTF8.GetBytes($"{now:O}".PadRight(size));
                await channel.BasicPublishAsync("f2b.bans", "", mandatory: true, properties, body, CancellationToken.None);
                Volatile.Write(ref newest, now.UtcTicks);
                sent++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Returns the largest age of the oldest message until it is stopped.</summary>
    private async Task<TimeSpan> FindMaxAgeAsync(CancellationToken stop)
    {
        TimeSpan oldest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            // The time that the read takes does not count.
            long before = Volatile.Read(ref newest);
            TimeSpan age = TimeSpan.FromTicks(before - (await ReadOldestAsync()).UtcTicks);
            oldest = age > oldest ? age : oldest;
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, CancellationToken.None);
        }

        return oldest;
    }

    private async Task<DateTimeOffset> ReadOldestAsync()
    {
        Uri api = new(broker.Api);
        string[] login = api.UserInfo.Split(':');
        await using Sender reader = await Sender.ConnectAsync(broker, login[0], login[1]);
        await using IChannel channel = await reader.UnconfirmedChannelAsync();
        await channel.BasicQosAsync(0, 1, global: false);
        TaskCompletionSource<DateTimeOffset> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RabbitMQ.Client.Events.AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            first.TrySetResult(DateTimeOffset.Parse(
                Encoding.UTF8.GetString(message.Body.Span).Trim(),
                System.Globalization.CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        };
        Dictionary<string, object?> arguments = new() { ["x-stream-offset"] = "first" };
        await channel.BasicConsumeAsync("f2b.history", autoAck: false, "", noLocal: false, exclusive: false, arguments, consumer);
        return await first.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    private async Task<(string? Age, long Bytes, long Segment)> LimitsAsync()
    {
        JsonNode definition = (await broker.GetAsync(Policy))!["definition"]!;
        return (
            (string?)definition["max-age"],
            (long)definition["max-length-bytes"]!,
            (long)definition["stream-max-segment-size-bytes"]!);
    }

    private async Task<string> InitAsync(params string[] options)
    {
        Built.Outcome init = await broker.AdminAsync(["init", .. options]);
        Assert.True(init.ExitCode == 0, init.Errors);
        return init.Errors;
    }
}
