using System.Text.Json.Nodes;
using F2bBroker.Admin.Status;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

public sealed class ConnectedProgramTests
{
    private readonly JsonArray open = JsonNode.Parse("""
        [{"name":"127.0.0.1:1 -> 127.0.0.1:5672","vhost":"f2b","user":"web1","node":"rabbit@mq"},
        {"name":"127.0.0.1:2 -> 127.0.0.1:5672","vhost":"/","user":"web1","node":"rabbit@mq"}]
        """)!.AsArray();
    private readonly JsonNode statistics = JsonNode.Parse("""
        [{"name":"127.0.0.1:1 -> 127.0.0.1:5672","connected_at":1795400663706,"client_properties":
        {"connection_name":"f2bbroker-producer web1 0.2.0","f2b-clock":"2026-11-23T03:44:23.706Z"}},
        {"name":"127.0.0.1:3 -> 127.0.0.1:5672","connected_at":1795400663706,"client_properties":
        {"connection_name":"f2bbroker-consumer web1 0.2.0"}}]
        """)!;

    [Fact]
    public void Name_and_clock_are_in_the_statistics_of_an_open_connection()
    {
        Assert.Equal(
            new ConnectedProgram(
                "web1",
                "producer",
                "0.2.0",
                DateTimeOffset.Parse("2026-11-23T03:44:23.706Z", null) - DateTimeOffset.FromUnixTimeMilliseconds(1795400663706)),
            Find());
        statistics[0]!["client_properties"]!["f2b-clock"] = "now";
        Assert.Equal(new ConnectedProgram("web1", "producer", "0.2.0", null), Find());
        statistics[0]!["client_properties"]!["connection_name"] = "f2bbroker-producer web1 0.1\u001b[2J";
        Assert.Equal(new ConnectedProgram("web1", "producer", "0.1??2J", null), Find());
        statistics[0]!["client_properties"]!["connection_name"] = "f2bbroker-\u001b[2J web1 0.2.0";
        Assert.Equal(new ConnectedProgram("web1", "other", null, null), Find());
        statistics[0]!["client_properties"]!["connection_name"] = "pika";
        Assert.Equal(new ConnectedProgram("web1", "other", null, null), Find());
    }

    [Fact]
    public void Without_statistics_the_program_is_unknown()
    {
        statistics.AsArray().Clear();
        Assert.Equal(new ConnectedProgram("web1", null, null, null), Find());
        statistics.AsArray().Add(JsonNode.Parse("""{"name":"127.0.0.1:1 -> 127.0.0.1:5672","user":"web1"}"""));
        Assert.Equal(new ConnectedProgram("web1", null, null, null), Find());
    }

    [Fact]
    public void A_program_is_unknown_only_while_one_that_the_role_needs_was_not_found()
    {
        ConnectedProgram unnamed = new("web1", null, null, null);
        ConnectedProgram producer = unnamed with { Name = "producer" };
        ConnectedProgram consumer = unnamed with { Name = "consumer" };
        Assert.Null(Programs(Role.Both, [unnamed, producer]).Names);
        Assert.Null(Programs(null, [unnamed, producer]).Names);
        Assert.Equal(["producer"], Programs(Role.Reporter, [unnamed, producer]).Names);
        Assert.Equal(["consumer", "producer"], Programs(Role.Both, [unnamed, producer, consumer]).Names);
        Assert.Equal([], Programs(Role.Both, []).Names);
        Assert.Equal(ProgramState.Disconnected, Programs(Role.Both, [producer]).All[0].State);
        Assert.All(Programs(Role.Both, [unnamed]).All, program => Assert.Equal(ProgramState.Unknown, program.State));
    }

    private static ServerPrograms Programs(Role? role, ConnectedProgram[] connections) => new("web1", role, connections, health: null);

    private ConnectedProgram Find() => Assert.Single(ConnectedProgram.Find(open.Select(row => row!), statistics)["web1"]);
}
