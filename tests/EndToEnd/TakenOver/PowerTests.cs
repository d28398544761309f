using System.Net;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>A compromised server can neither extend its permissions nor exceed its limits on the broker.</summary>
public sealed class PowerTests(TakenOverGroup group) : IClassFixture<TakenOverGroup>
{
    [Theory]
    [InlineData("GET", "overview")]
    [InlineData("GET", "whoami")]
    [InlineData("GET", "definitions")]
    [InlineData("GET", "users")]
    [InlineData("GET", "connections")]
    [InlineData("GET", "queues/f2b/f2b.bans.a.b")]
    [InlineData("POST", "queues/f2b/f2b.bans.b/get")]
    [InlineData("DELETE", "queues/f2b/f2b.bans.b/contents")]
    [InlineData("DELETE", "users/b")]
    [InlineData("DELETE", "policies/f2b/f2b.bans-limits")]
    [InlineData("PUT", "policies/f2b/mine")]
    [InlineData("PUT", "parameters/shovel/f2b/mine")]
    [InlineData("POST", "exchanges/f2b/f2b.bans/publish")]
    public async Task It_cannot_reach_the_management_API(string method, string path) =>
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(method, path, []));

    [Fact]
    public async Task It_cannot_extend_its_own_permissions()
    {
        string before = await PermissionsAsync();
        JsonObject all = new() { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" };
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("PUT", "permissions/f2b/a.b", all));
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await SendAsync("PUT", "users/a.b", new() { ["password"] = "x", ["tags"] = "administrator" }));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("PUT", "user-limits/a.b/max-connections", new() { ["value"] = -1 }));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync("DELETE", "user-limits/a.b/max-connections", []));
        Assert.Equal(before, await PermissionsAsync());
    }

    [Fact]
    public async Task It_cannot_log_in_to_another_virtual_host()
    {
        ConnectionFactory factory = new()
        {
            HostName = group.Broker.Host,
            Port = group.Broker.Port,
            UserName = "a.b",
            Password = group.Password,
        };
        Assert.NotNull(await Record.ExceptionAsync(() => OpenAsync(factory)));
    }

    [Fact]
    public async Task It_cannot_exceed_its_connections_and_channels_and_the_others_continue()
    {
        await using Daemon producer = await group["b"].StartProducerAsync();
        await using Daemon consumer = await group["axb"].StartConsumerAsync();
        await using AllConnections all = new(group.Broker, group[TakenOverGroup.Intruder]);
        (int connections, int channels) = await all.OpenAsync();
        // One connection is already open, and the broker still counts those that it is closing.
        Assert.InRange(connections, 4, 7);
        Assert.InRange(channels, 20, 32);
        int before = group["axb"].Bans.Count;
        await group["b"].LogBansAsync("203.0.113.9");
        await Eventually.TrueAsync(() => group["axb"].Bans.Count > before, () => group["axb"].Said);
    }

    private static async Task OpenAsync(ConnectionFactory factory)
    {
        await using IConnection connection = await factory.CreateConnectionAsync();
        await connection.CreateChannelAsync();
    }

    private async Task<string> PermissionsAsync() => string.Concat(
        (await group.Broker.GetAsync("users/a.b"))!.ToJsonString(),
        (await group.Broker.GetAsync("users/a.b/permissions"))!.ToJsonString(),
        (await group.Broker.GetAsync("user-limits/a.b"))!.ToJsonString());

    private Task<HttpStatusCode> SendAsync(string method, string path, JsonObject content) =>
        group.Broker.SendAsAsync(group[TakenOverGroup.Intruder], method, path, content);
}
