using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Consuming;

/// <summary>
/// Whatever a message contains, the consumer continues, each refusal can be read, and no line is forged in the monitored log or in the
/// daemon's log.
/// </summary>
public sealed class HostileMessageTests(TestBroker broker) : IAsyncLifetime
{
    private readonly HostileBodies bodies = new(TimeProvider.System.GetUtcNow());
    private TestGroup group = null!;
    private Server receiver = null!;
    private Sender sender = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        receiver = await group.EnrollAsync("web2");
        sender = await group.EnrollSenderAsync("web1");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task Each_body_is_written_skipped_or_refused_with_a_readable_reason()
    {
        (byte[] Body, string Reason)[] refused = [.. bodies.Refused()];
        (byte[] Body, string Line)[] written = [.. bodies.Written()];
        (byte[] Body, string Count)[] skipped = [.. bodies.Skipped()];
        await sender.PublishAllAsync([
            .. refused.Select(message => message.Body),
            .. written.Select(message => message.Body),
            .. skipped.Select(message => message.Body),
        ]);
        long start = TimeProvider.System.GetTimestamp();
        Daemon consumer = await receiver.StartConsumerAsync();

        string[] lines = [.. written.Select(message => message.Line)];
        await Eventually.TrueAsync(
            () => !lines.Except(receiver.Bans).Any(),
            () => $"Not written: {string.Join(" | ", lines.Except(receiver.Bans))}");
        IReadOnlyList<JsonNode> inErrorQueue = [];
        await Eventually.TrueAsync(
            async () => (inErrorQueue = await broker.PeekAsync("f2b.bans.web2_error")).Count >= refused.Length,
            () =>
                $"Not refused: "
                    + $"{string.Join(" | ", refused.Select(message => Beginning(message.Body))
                        .Except(inErrorQueue.Select(message => Beginning(BodyOf(message)))))}");
        Assert.Equal(
            refused
                .Select(message =>
                    $"{Convert.ToBase64String(message.Body.AsSpan(0, Math.Min(message.Body.Length, HostileBodies.MaxBytes)))} "
                        + $"{message.Reason}")
                .Order(StringComparer.Ordinal),
            inErrorQueue.Select(message => $"{Convert.ToBase64String(BodyOf(message))} {ReasonOf(message)}").Order(StringComparer.Ordinal));
        Assert.All(inErrorQueue, message => Assert.Matches(@"^[ -~]{10,250}\z", ReasonOf(message)));
        // The stream contains the same messages, and none of them may be treated in another way.
        await consumer.SaysAsync("Finished reading f2b.history from ");
        // This ban is behind all messages in the queue.
        await sender.PublishBanAsync("198.51.100.1");
        await Eventually.TrueAsync(() => receiver.Addresses.Contains("198.51.100.1"), () => receiver.Said);
        await AssertLogAsync(lines);

        Assert.Equal(0, await consumer.StopAsync());
        await consumer.SaysOnceAsync("Receiving from ");
        // Each refusal is logged: alone, or in the count of the minute after such a line.
        int alone = consumer.Count("Refused a message of 'web1': ");
        Assert.InRange(alone, 1, 1 + (int)TimeProvider.System.GetElapsedTime(start).TotalMinutes);
        Assert.Equal(refused.Length, alone + CountIn(consumer, "Refused more messages", "of 'web1'"));
        Assert.All(
            skipped.CountBy(message => message.Count),
            count => Assert.Equal(count.Value, CountIn(consumer, "Skipped bans", count.Key)));
        // No line is forged.
        Assert.All(consumer.Said.Split('\n'), line => Assert.Matches("^[0-9-]{10} [0-9:.]{12} (INFORMATION|ERROR) [ -~]+$", line));
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task A_message_of_the_brokers_maximum_size_does_not_stop_the_queue()
    {
        Daemon consumer = await receiver.StartConsumerAsync();
        bool isAccepted = await IsAcceptedAsync(100_000_000);
        await sender.PublishBanAsync("198.51.100.1");
        await receiver.HasBansAsync(1);
        string[] reasons = isAccepted ? [HostileBodies.TooLong(100_000_000)] : [];
        Assert.Equal(reasons, (await broker.RefusedAsync(reasons.Length)).Select(ReasonOf));
        await consumer.SaysOnceAsync("Receiving from ");
    }

    /// <summary>Returns the sum of the counts for a reason in the lines "WHAT: COUNT REASON, ...".</summary>
    private static int CountIn(Daemon daemon, string what, string reason) =>
        Regex.Matches(daemon.Said, $"{what}: .*?([0-9]+) {Regex.Escape(reason)}")
            .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private static string Beginning(byte[] body) => Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 300)));

    private static string ReasonOf(JsonNode message) => message["properties"]!["headers"]!["f2b-reason"]!.ToString();

    private static byte[] BodyOf(JsonNode message)
    {
        string payload = message["payload"]!.ToString();
        return message["payload_encoding"]!.ToString() == "base64" ? Convert.FromBase64String(payload) : Encoding.UTF8.GetBytes(payload);
    }

    /// <summary>Asserts that the log contains exactly these bans, and that fail2ban reads each line as its ban.</summary>
    private async Task AssertLogAsync(string[] bans)
    {
        Assert.Equal(
            bans.Order(StringComparer.Ordinal),
            receiver.Bans.Where(ban => !ban.StartsWith("Ban 198.51.100.1 ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        IReadOnlyList<(string Line, string Ip)> read = await Fail2BanRegex.ReadAsync(receiver.BansLog);
        Assert.Equal(await File.ReadAllLinesAsync(receiver.BansLog), read.Select(match => match.Line));
        // fail2ban prints some IPv6 addresses with a dotted tail.
        Assert.Equal(receiver.Addresses.Select(System.Net.IPAddress.Parse), read.Select(match => System.Net.IPAddress.Parse(match.Ip)));
    }

    /// <summary>Publishes a ban of that many bytes. Returns false if the broker does not accept a message of that size.</summary>
    private async Task<bool> IsAcceptedAsync(int length)
    {
        try
        {
            await sender.PublishAsync(bodies.Padded(length));
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.AlreadyClosedException refusal) when (refusal.ShutdownReason?.ReplyCode == 406)
        {
            return false;
        }
    }
}
