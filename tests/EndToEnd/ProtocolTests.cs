using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests;

/// <summary>The two Python programs of docs/protocol.md in a group with the daemons.</summary>
public sealed class ProtocolTests(TestBroker broker) : IAsyncLifetime
{
    private const string Page = "docs/protocol.md";
    private const string Python = "/usr/bin/python3";

    private readonly TempFolder folder = new();
    private TestGroup group = null!;
    private Server origin = null!;
    private Server receiver = null!;
    private Sender sender = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        origin = await group.EnrollAsync("web1");
        receiver = await group.EnrollAsync("web2");
        sender = await group.ConnectAsync(origin);
        await File.WriteAllTextAsync(folder["report.py"], Documented.Commands(Page, $"`{Python} report.py "));
        await File.WriteAllTextAsync(folder["receive.py"], Documented.Commands(Page, $"`{Python} receive.py "));
    }

    public async ValueTask DisposeAsync()
    {
        await group.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_consumer_writes_what_Python_reports_and_a_refused_login_ends_the_program()
    {
        await receiver.StartConsumerAsync();
        foreach ((int number, string address) in new[] { "2001:DB8::7", "::ffff:203.0.113.8" }.Index())
        {
            Built.Outcome report = await ReportAsync(address);
            Assert.True(report.ExitCode == 0, report.Errors);
            Assert.StartsWith("Confirmed: {", report.Output, StringComparison.Ordinal);
            // Bans that wait for the pardons are written in any order.
            await receiver.HasBansAsync(number + 1);
        }

        Assert.Equal(["2001:db8::7", "203.0.113.8"], receiver.Addresses);
        Assert.All(receiver.Bans, ban => Assert.Contains(" jail=sshd server=web1 detected=", ban));

        string local = origin.Local;
        File.WriteAllText(local, File.ReadAllText(local).Replace(origin.Password, "wrong", StringComparison.Ordinal));
        Built.Outcome refused = await ReportAsync("203.0.113.9");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("ProbableAuthenticationError", refused.Errors);
    }

    [Fact]
    public async Task Python_prints_the_producers_bans_once_and_refuses_forged_messages()
    {
        await using Daemon python = Receive();
        await origin.StartProducerAsync();
        await origin.LogBansAsync("203.0.113.7");
        await python.SaysAsync("Ban 203.0.113.7 jail=sshd server=web1 detected=");
        string twice = sender.Body("203.0.113.8");
        await sender.PublishAsync(twice);
        await sender.PublishAsync(twice);
        await sender.PublishAsync(sender.Body("203.0.113.9", server: "web3"));
        await sender.PublishBanAsync("203.0.113.9", properties => properties.ClearUserId());
        await sender.PublishBanAsync("203.0.113.9", properties =>
            properties.Headers = new Dictionary<string, object?> { ["x-death"] = "1" });
        await sender.PublishBanAsync("203.0.113.10");
        await python.SaysAsync("Ban 203.0.113.10 ");
        await python.SaysAsync("Refused a message of 'web1': \"server 'web3' is not the sender 'web1'\"");
        await python.SaysAsync("Refused a message of None: \"server 'web1' is not the sender None\"");
        await python.SaysAsync("Refused a message of 'web1': 'the message was dead-lettered'");
        Assert.Equal(3, python.Count("Ban "));
        Assert.Equal(3, python.Count("Refused "));
    }

    [Fact]
    public async Task Python_accepts_the_same_messages_as_the_consumer_live_and_from_the_stream()
    {
        HostileBodies bodies = new(TimeProvider.System.GetUtcNow());
        // Python's JSON parser accepts deeper nesting than the consumer's.
        byte[][] refused = [.. bodies.Refused().Select(message => message.Body).Where(body => !body.AsSpan().StartsWith("{\"x\":["u8))];
        string[] written = [.. bodies.Written().Select(message => message.Line)];
        await sender.PublishAllAsync([.. refused, .. bodies.Written().Select(message => message.Body)]);
        await sender.PublishBanAsync("198.51.100.1");
        foreach (string[] more in new[] { Array.Empty<string>(), ["history"] })
        {
            await using Daemon python = Receive(more);
            await python.SaysAsync("Ban 198.51.100.1 ");
            string[] printed = [.. python.Said.Split('\n').Where(line => line.StartsWith("Ban ", StringComparison.Ordinal))];
            Assert.Equal(written.Order(StringComparer.Ordinal), printed[..^1].Order(StringComparer.Ordinal));
            await Eventually.TrueAsync(
                () => python.Count("Refused a message of 'web1': ") == refused.Length,
                () => $"{python.Count("Refused a message of 'web1': ")} of {refused.Length} are refused.");
        }
    }

    private Task<Built.Outcome> ReportAsync(string address) =>
        Built.RunAsync(Python, [folder["report.py"], origin.Local, address, "sshd"]);

    private Daemon Receive(params string[] more) => new(Python, [folder["receive.py"], receiver.Local, .. more]);
}
