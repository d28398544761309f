using System.Text;
using System.Text.RegularExpressions;
using F2bBroker.Admin.Why;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;

namespace F2bBroker.UnitTests.Admin;

/// <summary><c>f2bbroker why</c> on a server evaluates the messages of the stream with the consumer's rules.</summary>
public sealed class LocalRulesTests : IDisposable
{
    private static readonly Subnet Any4 = Subnet.Parse("0.0.0.0/0")!;

    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly TempFolder folder = new();
    private readonly PardonList pardons = new(TimeSpan.MaxValue);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("of this server itself", "server=web2", "its own fail2ban")]
    [InlineData("of an ignored server", "server=web3", "ignoreservers", "consumer:ignoreservers=web3")]
    [InlineData("of an ignored jail", "jail=postfix", "ignorejails", "consumer:ignorejails=postfix")]
    [InlineData("of an ignored jail", "jail=postfix", "jails", "consumer:jails=sshd")]
    [InlineData("of an ignored jail", "jail=postfix", "[from NAME]", "from web1:ignorejails=postfix")]
    [InlineData("older than maxage", "hours=25", "maxage")]
    [InlineData("of a network wider than minprefix", "ip=203.0.113.0/24", "minprefix4")]
    [InlineData("of a private address", "ip=10.1.2.3", "allowprivate")]
    [InlineData("of an address in ignoreip", "ip=203.0.113.7", "ignoreip", "consumer:ignoreip=203.0.113.0/24")]
    [InlineData("of this host's own address", "ip=127.0.0.1", "of this host", "consumer:allowprivate=true")]
    [InlineData("of the broker's address", "ip=198.51.100.1", "of the broker")]
    [InlineData("pardoned", "ip=203.0.113.9", "An operator took it back")]
    public async Task A_skipped_ban_is_explained_by_its_rule(string reason, string ban, string explanation, params string[] settings)
    {
        Pardon(Subnet.Parse("203.0.113.9"));
        Report report = Assert.Single(await ExplainAsync([ParseBan(ban)], settings));
        Assert.Equal(new LocalDecision(null, reason), report.Decision);
        string text = ReportOutcome.Create(report.Decision!, report.Ban, null).Text;
        Assert.StartsWith($"Not written ({reason}). ", text);
        Assert.Contains(explanation, text);
    }

    [Fact]
    public void Each_reason_of_the_rules_has_an_explanation()
    {
        string[] reasons =
        [
            .. Regex.Matches(File.ReadAllText(Repository.Path("src/Consumer/Rules/SkipRules.cs")), "=> \"(.+)\",")
                .Select(match => match.Groups[1].Value),
        ];
        Assert.True(reasons.Length >= 9, $"Only {reasons.Length} reasons were found.");
        Assert.All(reasons, reason => Assert.NotEmpty(SkipExplanation.For(reason)));
    }

    [Fact]
    public async Task The_bans_of_a_pardoned_server_are_explained()
    {
        Pardon(null, "web1");
        Assert.Equal("pardoned", Assert.Single(await ExplainAsync([Some.Ban()])).Decision!.SkipReason);
        Assert.Null(Assert.Single(await ExplainAsync([Some.Ban()], ["consumer:pardons=false"])).Decision!.SkipReason);
    }

    [Fact]
    public async Task A_ban_of_a_server_above_maxbans_is_explained_by_the_bans_of_other_addresses()
    {
        Ban[] bans = [.. Enumerable.Range(1, 3).Select(i => Some.Ban($"203.0.113.{i}"))];
        IReadOnlyList<Report> reports = await ExplainAsync(bans, ["consumer:maxbans=2/10m"], Subnet.Parse("203.0.113.3"));
        string text = ReportOutcome.Create(Assert.Single(reports).Decision!, reports[0].Ban, null).Text;
        Assert.StartsWith("Not written (of a server that reported more than maxbans). Its server reported more than", text);
    }

    [Fact]
    public async Task A_ban_below_the_quorum_is_explained_and_the_next_server_reaches_it()
    {
        IReadOnlyList<Report> reports = await ExplainAsync([Some.Ban(), Some.Ban(server: "web3")], ["consumer:quorum=2"]);
        Assert.Equal(["Report", "Ban"], reports.Select(report => report.Decision!.Word));
        Assert.Contains(
            "so it is neither banned nor forwarded again: another group has forwarded it",
            ReportOutcome.DescribeNew(new LocalDecision("Report", null), Some.Ban() with { Via = "a1" }));
        Assert.Contains("fewer servers than quorum", ReportOutcome.Create(reports[0].Decision!, reports[0].Ban, null).Text);
    }

    [Theory]
    [InlineData("Trial", "consumer:trial=true")]
    [InlineData("Trial", "from web1:trial=true")]
    [InlineData("Ban", "consumer:trial=true", "from web1:trial=false")]
    public async Task A_ban_on_trial_is_explained(string word, params string[] settings)
    {
        LocalDecision decision = Assert.Single(await ExplainAsync([Some.Ban()], settings)).Decision!;
        Assert.Equal(word, decision.Word);
        string meaning = word == "Trial" ? ", so fail2ban does not ban it: its server is on trial" : "";
        Assert.Equal($"would be written as {word}{meaning}.", ReportOutcome.DescribeNew(decision, Some.Ban()));
    }

    [Fact]
    public async Task A_written_ban_is_explained_by_its_line_and_by_what_has_changed_since()
    {
        Ban ban = Some.Ban();
        LoggedLine line = new(Some.Time, MonitoredLogLine.BanText(ban), ban);
        File.WriteAllText(folder["bans.log"], MonitoredLogLine.Format(line.WrittenAt, line.Text));
        LocalDecision written = Assert.Single(await ExplainAsync([ban])).Decision!;
        Assert.Equal(
            new ReportOutcome("Ban", "2026-11-23T02:44:23.706Z", null, "Written as Ban at 2026-11-23T02:44:23.706Z."),
            ReportOutcome.Create(written, Some.Ban(), line));
        Pardon(ban.Ip);
        LocalDecision pardoned = Assert.Single(await ExplainAsync([ban])).Decision!;
        Assert.Equal(
            "Written as Ban at 2026-11-23T02:44:23.706Z. Now it would be skipped (pardoned). An operator took it back.",
            ReportOutcome.Create(pardoned, Some.Ban(), line).Text);
    }

    [Fact]
    public async Task A_ban_that_no_rule_skips_has_not_been_received()
    {
        string text = ReportOutcome.Create(Assert.Single(await ExplainAsync([Some.Ban()])).Decision!, Some.Ban(), null).Text;
        Assert.StartsWith("Not written, although no rule skips it: the consumer has not received it. It would be written as Ban. ", text);
    }

    [Theory]
    [InlineData("203.0.113.7", 1)]
    [InlineData("203.0.113.0/24", 2)]
    [InlineData("203.0.0.0/16", 3)]
    [InlineData("203.0.114.1", 0)]
    public async Task Overlapping_networks_are_found_in_both_directions(string asked, int count) =>
        Assert.Equal(
            count,
            (await ExplainAsync([Some.Ban(), Some.Ban("203.0.113.128/25"), Some.Ban("203.0.112.1")], [], Subnet.Parse(asked))).Count);

    [Theory]
    [InlineData("""{"ip":"203.0.113.7","jail":"sshd","server":"web1","detectedAt":"2026-11-23T02:44:23.706Z"}""", "is not the sender")]
    [InlineData("""{"ip":"203.0.113.077","jail":"sshd 203.0.113.7","server":"web3","detectedAt":"x"}""", "is not an address or network")]
    [InlineData("""{"ip":"203.0.113.7/32","jail":"sshd","server":"web3","detectedAt":"2026-11-23T02:44:23.706Z"}""", "in canonical text")]
    [InlineData("""{"ip":"203.0.113.7","jail":"sshd","server":"web3","detectedAt":"2026-11-24T02:44:23.706Z"}""", "in the future")]
    [InlineData("203.0.113.7", "the body is not JSON")]
    [InlineData("[\"203.0.113.7\"]", "the body is not a JSON object")]
    public async Task A_message_that_every_server_refuses_is_found_by_the_address_in_it(string body, string reason)
    {
        ReportCollector collector = new(Subnet.Parse("203.0.113.7")!, await LoadAsync([]), clock);
        collector.Add(Message("web3", body));
        collector.Add(Message("web3", body.Replace("203.0.113.7", "203.0.113.8", StringComparison.Ordinal)));
        RefusedReport refused = Assert.Single(collector.Refused);
        Assert.Equal("'web3'", refused.Sender);
        Assert.Contains(reason, refused.Reason);
        Assert.NotEmpty(refused.Explanation);
    }

    [Fact]
    public void Of_many_reports_the_newest_are_kept_and_all_are_counted()
    {
        ReportCollector collector = new(Any4, null, clock);
        for (int i = 0; i < 150; i++)
        {
            collector.Add(Message(Some.Ban(at: Some.Time.AddSeconds(-i))));
            collector.Add(Message(Some.Ban(at: Some.Time.AddSeconds(-i))));
        }

        Assert.Equal((150, 100), (collector.ReportCount, collector.Reports.Count));
        Assert.Equal(Some.Time.AddSeconds(-149), collector.Reports[^1].Ban.DetectedAt);
    }

    private void Pardon(Subnet? ip, string? server = null) =>
        pardons.Apply(new Pardon(ip, server, "alice", Some.Time, null, ""));

    private async Task<IReadOnlyList<Report>> ExplainAsync(Ban[] bans, string[]? settings = null, Subnet? asked = null)
    {
        ReportCollector collector = new(asked ?? Any4, await LoadAsync(settings ?? []), clock);
        foreach (Ban ban in bans)
        {
            collector.Add(Message(ban));
        }

        return collector.Reports;
    }

    private Task<LocalRules> LoadAsync(string[] settings)
    {
        Settings all = Some.Settings(["broker:uri=amqp://198.51.100.1", $"consumer:logpath={folder["bans.log"]}", .. settings]);
        return LocalRules.LoadAsync(all, pardons, clock, warning => Assert.Fail(warning), TestContext.Current.CancellationToken);
    }

    private static Ban ParseBan(string change)
    {
        string[] pair = change.Split('=');
        return pair[0] switch
        {
            "ip" => Some.Ban(pair[1]),
            "jail" => Some.Ban(jail: pair[1]),
            "server" => Some.Ban(server: pair[1]),
            _ => Some.Ban(at: Some.Time.AddHours(-int.Parse(pair[1]))),
        };
    }

    private static StreamMessage Message(Ban ban) =>
        Message(ban.Server, $$"""
            {"ip":"{{ban.Ip}}","jail":"{{ban.Jail}}","server":"{{ban.Server}}","detectedAt":"{{UtcTimestamp.Format(ban.DetectedAt)}}"}
            """);

    private static StreamMessage Message(string sender, string body) =>
        new(0, 0, Topology.BansExchange, new BasicProperties { UserId = sender }, Encoding.UTF8.GetBytes(body));
}
