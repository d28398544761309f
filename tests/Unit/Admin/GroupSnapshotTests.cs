using F2bBroker.Admin.Output;
using F2bBroker.Admin.Status;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class GroupSnapshotTests
{
    private static readonly ServerStatus Unknown = new("web1", null, null, null, null, null, null, null, [], []);

    [Fact]
    public void What_is_unknown_is_a_question_mark_and_in_json_null()
    {
        Assert.Equal("web1 ? ? ? ? ? ? ? ? ? ?", Row(Unknown));
        Assert.Equal(
            """
            {"server":"web1","role":null,"connected":null,"waiting":null,"errors":null,"lastReport":null,"bans24h":null,
            """.TrimEnd() + """ "quarantinedBy":null,"doubts":[],"todo":[],"programs":[],"lag":null,""".TrimStart()
                + """ "enforced":null,"via":null,"type":null,"historySince":null}""".TrimStart(),
            Json.Compact(Unknown));
    }

    [Fact]
    public void What_is_known_to_be_nothing_is_zero_or_a_dash() =>
        Assert.Equal(
            "web1 reporter - - 0 - - 0 - 0 -",
            Row(Unknown with
            {
                Role = "reporter",
                Type = "none",
                Connected = [],
                Waiting = 0,
                Errors = 0,
                Bans24h = 0,
                QuarantinedBy = [],
                Enforced = "none",
            }));

    [Fact]
    public void A_server_that_follows_the_stream_has_no_waiting_bans_and_may_have_unknown_errors() =>
        Assert.Equal("web1 both stream ? - ? ? ? ? ? ?", Row(Unknown with { Role = "both", Type = "stream" }));

    [Theory]
    [InlineData("both", "classic", "classic")]
    [InlineData("both", null, null)]
    [InlineData("reporter", null, "none")]
    [InlineData(null, "quorum", "quorum")]
    public void The_type_is_that_of_the_queue(string? role, string? queue, string? type) =>
        Assert.Equal(type, ServerStatus.FindType(role is null ? null : Role.Parse(role), queue is null ? null : QueueType.Parse(queue)));

    [Fact]
    public void The_type_of_a_server_that_follows_the_stream_is_stream_even_if_it_has_a_queue() =>
        Assert.Equal("stream", ServerStatus.FindType(Role.Receiver.ReceivingFrom(QueueType.Stream), QueueType.Classic));

    [Theory]
    [InlineData(null)]
    [InlineData(null, "")]
    [InlineData("web1 forwards bans of another group: those of a1, a2.", "-", "a1", "a2")]
    [InlineData("web1 forwards bans of another group, without the names of its servers.", "-")]
    [InlineData(
        "web1 forwards bans of another group: those of a1, a2, a3, a4, a5, a6, a7, a8, a9, b1 and 2 more.",
        "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "b2", "b3")]
    public void A_server_that_forwards_another_groups_bans_is_named(string? sentence, params string[] via) =>
        Assert.Equal(sentence, (Unknown with { Via = via is [""] ? [] : via.Length == 0 ? null : via }).DescribeForwarding());

    [Fact]
    public void A_message_that_concerns_several_servers_is_printed_once_and_last()
    {
        ServerStatus web1 = Unknown with { Todo = ["web1 is not connected.", "No limits."] };
        ServerStatus web2 = Unknown with { Doubts = ["The queue of web2 is a stream."], Todo = ["No limits."] };
        Assert.Equal(
            [
                "web1 is not connected.",
                "The queue of web2 is a stream.",
                "No limits.",
                "No statistics.",
                "The stream f2b.history holds the bans since 2026-11-28T14:03:00.000Z.",
            ],
            new GroupSnapshot([web1, web2], ["No limits.", "No statistics."], DateTimeOffset.Parse("2026-11-28T14:03:00Z", null))
                .FormatTable()
                .Split('\n')[3..]);
    }

    private static string Row(ServerStatus server) =>
        string.Join(' ', ServerStatus.FormatTable([server]).Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
