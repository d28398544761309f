using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary><c>f2bbroker why</c> with a real broker, consumer and fail2ban.</summary>
public sealed class WhyCommandTests(TestBroker broker) : IAsyncLifetime
{
    private TestGroup group = null!;
    private Server web1 = null!;
    private Sender web2 = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        web1 = await group.EnrollAsync("web1", "ignorejails = nginx", "maxbans = 2/10m", "minprefix4 = 24");
        web2 = await group.EnrollSenderAsync("web2");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    [Trait("Form", "slow")]
    public async Task On_a_server_it_explains_with_the_servers_own_login_what_consumer_and_fail2ban_did()
    {
        Fail2Ban fail2ban = group.Add(await Fail2Ban.StartAsync(web1));
        await fail2ban.ClientAsync("set", "f2bbroker", "addignoreip", "198.51.100.0/24");
        Daemon consumer = await web1.StartConsumerAsync();
        await web2.PublishAsync(web2.Body("203.0.113.1").Replace("sshd", "nginx", StringComparison.Ordinal));
        await web2.PublishAsync(web2.Body("203.0.113.1", server: "web3"));
        await web2.PublishBanAsync("203.0.113.0/24");
        await web2.PublishBanAsync("198.51.100.7");
        await web1.HasBansAsync(2);
        await web2.PublishBanAsync("203.0.113.9");
        await consumer.SaysAsync("web2 is quarantined");
        await fail2ban.BansAsync("203.0.113.0/24");

        // Inside a banned network, skipped because of its jail, and refused.
        string text = await ExplainAsync("203.0.113.1");
        Matches(
            @"(?m)^20[^ ]+Z  203\.0\.113\.1      nginx       web2\n"
                + @"    Not written \(of an ignored jail\)\. jails and ignorejails, of \[consumer\] or \[from NAME\], "
                + @"do not accept its jail\.\n"
                + @"20[^ ]+Z  203\.0\.113\.0/24   sshd        web2\n    Written as Ban at 20[^ ]+Z\.\n",
            text);
        Assert.Contains("\n'web2': server 'web3' is not the sender 'web2'. The sender reported under another server's name", text);
        Matches(@"lines of [^ ]+/bans\.log:\n20[^ ]+Z Ban 203\.0\.113\.0/24 jail=sshd server=web2 detected=20[^ ]+Z\n", text);
        Assert.Contains("\nRefused by this server:\n", text);
        Matches(@"\nA new ban of 203\.0\.113\.1 by another server in jail sshd would be written as Ban\.\n", text);
        Matches(@"\nfail2ban's jail f2bbroker has banned 203\.0\.113\.0/24 until 20[^ ]+Z\.\n$", text);

        // In fail2ban's ignoreip.
        text = await ExplainAsync("198.51.100.7");
        Matches(@"\n    Written as Ban at 20[^ ]+Z\.\n", text);
        Assert.EndsWith(
            "\nfail2ban has not banned it.\nfail2ban's jail f2bbroker does not ban it: its ignoreip contains 198.51.100.0/24.\n",
            text);

        // The third ban of web2 within 10 minutes.
        JsonNode json = JsonNode.Parse(await ExplainAsync("203.0.113.9", "--json"))!;
        Assert.Equal("of a server that reported more than maxbans", (string?)json["reports"]![1]!["outcome"]!["skipReason"]);
        Assert.StartsWith(
            "Not written: this server has refused it (quarantined). The sender reported more than maxbans.",
            (string?)json["reports"]![1]!["outcome"]!["text"]);

        // A pardon of one address covers the network that contains it.
        Built.Outcome pardon = await broker.AdminAsync(["pardon", "203.0.113.1", "--reason", "our office", "--amqp", broker.Uri]);
        Assert.True(pardon.ExitCode == 0, pardon.Errors);
        text = await ExplainAsync("203.0.113.1");
        Matches(@"\nPardons \(f2b\.pardons\):\n203\.0\.113\.1 by [a-z]+ at 20[^ ]+Z, until 20[^ ]+Z \(in force\): our office\n", text);
        Matches(@"203\.0\.113\.0/24   sshd        web2\n    Written as Ban at [^ ]+ Now it would be skipped \(pardoned\)\.", text);

        Assert.StartsWith("Nothing is known of 203.0.114.200.\n", await ExplainAsync("203.0.114.200"));
        Assert.Contains("would be skipped (of a private address).", await ExplainAsync("10.0.0.1"));
        Built.Outcome wrong = await WhyAsync("web1");
        Assert.Equal((78, "'web1' is not an address or network.\n"), (wrong.ExitCode, wrong.Errors));
    }

    [Fact]
    public async Task Elsewhere_it_explains_with_the_operators_login_what_the_broker_knows()
    {
        await web2.PublishBanAsync("2001:db8::1");
        Built.Outcome outcome = await broker.AdminAsync(["why", "2001:DB8::1", "--amqp", broker.Uri]);
        Assert.Equal("", outcome.Errors);
        Matches(
            @"^2001:db8::1\n\nReported by \(f2b\.history\):\n20[^ ]+Z  2001:db8::1      sshd        web2\n\n"
                + @"Pardons \(f2b\.pardons\): none\n$",
            outcome.Output);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task Without_the_broker_it_still_explains_the_server()
    {
        File.WriteAllText(
            web1.BansLog,
            "2026-11-23T02:44:24.312Z Report 203.0.113.7 jail=sshd server=web9 detected=2026-11-23T02:44:23.706Z\n");
        Built.Outcome outcome = await Built.RunAsync(Built.Admin, Arguments("203.0.113.7"), "F2BBROKER_BROKER__URI=amqp://127.0.0.1:9");
        Assert.Equal(69, outcome.ExitCode);
        Assert.Contains("Report 203.0.113.7 jail=sshd server=web9", outcome.Output);
        Assert.Contains("\nfail2ban does not answer: ", outcome.Output);
        Assert.Contains("\nUnknown, because it could not be read:\nThe broker cannot be read at 127.0.0.1:9 by amqp: ", outcome.Output);
    }

    // Assert.Matches shows only the beginning of the text.
    private static void Matches(string pattern, string text) => Assert.True(Regex.IsMatch(text, pattern), $"No {pattern} in:\n{text}");

    private async Task<string> ExplainAsync(string address, params string[] options)
    {
        Built.Outcome outcome = await WhyAsync(address, options);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
        return outcome.Output;
    }

    private Task<Built.Outcome> WhyAsync(string address, params string[] options) =>
        Built.RunAsync(Built.Admin, [.. Arguments(address), .. options]);

    private string[] Arguments(string address) =>
        ["why", address, "--config", web1.Configuration, "--socket", Path.Combine(web1.Folder, "socket")];
}
