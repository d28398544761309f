using System.Text.Json.Nodes;
using F2bBroker.Admin.Errors;
using F2bBroker.Admin.Why;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class ExplanationFormatTests
{
    private static readonly Subnet Address = Subnet.Parse("203.0.113.7")!;

    [Fact]
    public void It_says_that_nothing_is_known()
    {
        Assert.Equal(
            """
            Nothing is known of 203.0.113.7.

            Reported by (f2b.history): none

            Pardons (f2b.pardons): none
            """,
            ExplanationFormat.Text(Known()));
        Assert.Equal(
            """
            Nothing is known of 203.0.113.7.

            Reported by (f2b.history): none

            Pardons (f2b.pardons): none

            On this server, web2: lines of /var/log/f2bbroker/bans.log: none

            A new ban of 203.0.113.7 by another server in jail sshd would be written as Ban.

            fail2ban has not banned it.
            """,
            ExplanationFormat.Text(Known(Local())));
    }

    [Fact]
    public void It_does_not_say_so_if_something_could_not_be_read() =>
        Assert.StartsWith(
            "203.0.113.7\n",
            ExplanationFormat.Text(Known() with { Problems = ["The broker does not answer."] }));

    [Fact]
    public void Each_part_is_shown_and_foreign_text_cannot_control_the_terminal()
    {
        Ban ban = Some.Ban(jail: "a\u001b");
        LoggedLine line = new(Some.Time.AddSeconds(1), MonitoredLogLine.BanText(ban), ban);
        Explanation known = Known(Local() with
        {
            Lines = [line],
            Refused = [new RefusedMessage("2026-11-23T02:44:25.000Z", "web9", "quarantined until then", "{}")],
            Decision = new LocalDecision(null, "of a private address"),
            Fail2Ban = new Fail2BanState(
                null,
                [new Fail2BanBan("sshd", "203.0.113.7", null, true), new Fail2BanBan("f2bbroker", "203.0.113.0/24", "2026", false)],
                [new IgnoredAddress("f2bbroker", "203.0.113.0/24")]),
        }) with
        {
            Reports =
            [
                new Report(ban, new LocalDecision(null, null)),
                new Report(Some.Ban(server: "web3"), new LocalDecision("Ban", null)),
            ],
            ReportCount = 22,
            Refused = [new RefusedReport("'web9'", "the body is not JSON", "Drop it.")],
            RefusedCount = 1,
            Pardons =
            [
                new Pardon(Address, null, "alice", Some.Time, null, "our\u001b office"),
                new Pardon(null, "web9", "bob", Some.Time.AddDays(-1), Some.Time, ""),
            ],
            Problems = ["The broker does not answer."],
        };
        Assert.Equal(
            """
            203.0.113.7

            Reported by (f2b.history):
            2026-11-23T02:44:23.706Z  203.0.113.7      a_          web1
                Written as Ban at 2026-11-23T02:44:24.706Z.
            2026-11-23T02:44:23.706Z  203.0.113.7      sshd        web3
                <not received>
            … and 20 older ones (--json shows more)

            Pardons (f2b.pardons):
            203.0.113.7 by alice at 2026-11-23T02:44:23.706Z, without an end (in force): our  office
            server web9 by bob at 2026-11-22T02:44:23.706Z, until 2026-11-23T02:44:23.706Z (ended)

            Refused by every server, because the message breaks the protocol:
            'web9': the body is not JSON. Drop it.

            On this server, web2: lines of /var/log/f2bbroker/bans.log:
            2026-11-23T02:44:24.706Z Ban 203.0.113.7 jail=a_ server=web1 detected=2026-11-23T02:44:23.706Z

            Refused by this server:
            2026-11-23T02:44:25.000Z  from web9: quarantined until then. <quarantined>

            A new ban of 203.0.113.7 by another server in jail sshd would be skipped (of a private address). <private>

            fail2ban's jail sshd has banned 203.0.113.7 permanently.
            fail2ban's jail f2bbroker has banned 203.0.113.0/24 until 2026.
            fail2ban's jail f2bbroker does not ban it: its ignoreip contains 203.0.113.0/24.

            Unknown, because it could not be read:
            The broker does not answer.
            """
                .Replace(
                    "<not received>",
                    ReportOutcome.Create(known.Reports[1].Decision!, known.Reports[1].Ban, null).Text,
                    StringComparison.Ordinal)
                .Replace("<quarantined>", RefusalExplanation.For("quarantined"), StringComparison.Ordinal)
                .Replace("<private>", SkipExplanation.For("of a private address"), StringComparison.Ordinal),
            ExplanationFormat.Text(known));
        JsonNode json = JsonNode.Parse(ExplanationFormat.JsonText(known))!;
        Assert.Equal(
            ("Ban", "Not written, although", "a_"),
            ((string?)json["reports"]![0]!["outcome"]!["writtenAs"],
                ((string)json["reports"]![1]!["outcome"]!["text"]!)[..21],
                (string?)json["reports"]![0]!["jail"]));
        Assert.Equal(
            (true, "of a private address", "f2bbroker"),
            ((bool)json["pardons"]![0]!["isInForce"]!,
                (string?)json["local"]!["newBan"]!["skipReason"],
                (string?)json["local"]!["fail2ban"]!["ignoredBy"]![0]!["jail"]));
    }

    [Fact]
    public void A_report_in_the_error_queue_is_explained_by_the_refusal()
    {
        string body = """{"ip":"203.0.113.7","jail":"sshd","server":"web1","detectedAt":"2026-11-23T02:44:23.706Z"}""";
        Explanation known = Known(Local() with
        {
            Refused =
            [
                new RefusedMessage(null, "web1", "jail is missing", """{"ip":"203.0.113.7"}"""),
                new RefusedMessage(null, "web1", "quarantined", body),
            ],
        }) with
        {
            Reports =
            [
                new Report(Some.Ban(), new LocalDecision("Ban", null)),
                new Report(Some.Ban(server: "web3"), new LocalDecision("Ban", null)),
            ],
            ReportCount = 2,
        };
        string text = ExplanationFormat.Text(known);
        Assert.Contains("web1\n    Not written: this server has refused it (quarantined). The sender reported more than maxbans.", text);
        Assert.Contains("web3\n    Not written, although no rule skips it", text);
    }

    [Theory]
    [InlineData("203.0.113.7 \t2026-11-29 13:14:06 + 86400 = 2026-11-30 13:14:06", "203.0.113.7", false)]
    [InlineData("203.0.113.0/24 \t2026-11-29 13:14:06 + -1 = 9999-12-31 23:59:59", "203.0.113.0/24", true)]
    [InlineData("203.0.113.7", "203.0.113.7", false)]
    public void A_line_of_fail2ban_is_a_ban_if_it_overlaps_the_address(string line, string ip, bool isPermanent)
    {
        Fail2BanBan ban = Fail2BanSearch.ParseBan("sshd", line, Address)!;
        Assert.Equal((ip, isPermanent, line.Contains("86400")), (ban.Ip, ban.IsPermanent, ban.Until is not null));
        Assert.Null(Fail2BanSearch.ParseBan("sshd", line, Subnet.Parse("203.0.114.7")!));
    }

    [Fact]
    public void The_end_of_a_ban_is_converted_from_local_time()
    {
        DateTime local = new(2026, 11, 30, 13, 14, 6, DateTimeKind.Local);
        Assert.Equal(
            UtcTimestamp.Format(local),
            Fail2BanSearch.ParseBan("sshd", "203.0.113.7 \t2026-11-29 13:14:06 + 86400 = 2026-11-30 13:14:06", Address)!.Until);
    }

    private static Explanation Known(LocalState? local = null) => new(Address, [], 0, [], 0, [], local, [], Some.Time);

    private static LocalState Local() => new(
        "web2",
        "/var/log/f2bbroker/bans.log",
        [],
        [],
        Some.Ban(server: "another"),
        new LocalDecision("Ban", null),
        new Fail2BanState(null, [], []));
}
