using System.Text;
using System.Text.Json;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.UnitTests.Shared;

public sealed class HealthJsonTests
{
    [Fact]
    public void A_message_of_a_daemon_that_has_done_nothing_yet_is_read_as_it_was_written()
    {
        HealthMessage message = new("web1", HealthMessage.Producer, "0.2.0", "2026-11-27T02:44:23.706Z", HealthMessage.Ready, [])
        {
            Published = 0,
            Backlog = new HealthBacklog(0),
            Enforcement = new Enforcement(0, 0, 0, 0, 0),
        };
        byte[] body = HealthJson.Serialize(message);
        Assert.Equal(
            """
            {"server":"web1","program":"producer","version":"0.2.0","at":"2026-11-27T02:44:23.706Z","state":"ready","problems":[],
            "published":0,"backlog":{"bans":0},
            "enforcement":{"banned":0,"alreadyBanned":0,"ignored":0,"restored":0,"failed":0}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(body));
        HealthMessage read = HealthJson.Parse(body);
        Assert.Equal((message.Backlog, message.Enforcement, message.Published), (read.Backlog, read.Enforcement, read.Published));
        Assert.Null(read.Validate());
    }

    [Fact]
    public void A_body_that_is_null_is_no_message() => Assert.Throws<JsonException>(() => HealthJson.Parse("null"u8));
}
