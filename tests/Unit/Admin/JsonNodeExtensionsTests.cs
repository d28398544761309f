using System.Text.Json;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;

namespace F2bBroker.UnitTests.Admin;

public sealed class JsonNodeExtensionsTests
{
    [Fact]
    public void A_field_that_occurs_twice_counts_once()
    {
        const string queue = """[{"name":"f2b.bans.b","online":["mq1","mq2"],"messages":3,"policy":null,"online":["mq2"]}]""";
        JsonNode node = JsonSerializer.Deserialize<JsonElement>(queue).ToNode()!;
        Assert.Equal("""[{"name":"f2b.bans.b","online":["mq2"],"messages":3,"policy":null}]""", node.ToJsonString());
        Assert.Equal(3L, node[0]!["messages"]!.GetValue<long>());
    }
}
