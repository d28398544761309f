using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
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
        await using AllConnections all = new(group);
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

    private async Task<HttpStatusCode> SendAsync(string method, string path, JsonObject content)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(
            new HttpMethod(method),
            new Uri(new Uri($"http://{new Uri(group.Broker.Api).Authority}/api/"), path));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"a.b:{group.Password}")));
        request.Content = method is "PUT" or "POST" ? JsonContent.Create(content) : null;
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>Opens all the connections and channels that the broker grants the intruder.</summary>
    private sealed class AllConnections(TakenOverGroup group) : IAsyncDisposable
    {
        private readonly List<Sender> open = [];

        public async Task<(int Connections, int Channels)> OpenAsync()
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                while (open.Count < 20)
                {
                    Sender next = await Sender.ConnectAsync(group.Broker, group[TakenOverGroup.Intruder]);
                    open.Add(next);
                    // The client does not wait for the broker's answer to its login. The answer to a channel comes after it.
                    await (await next.ChannelAsync()).DisposeAsync();
                }
            });
            int connections = open.Count - 1;
            int channels = 0;
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                for (; channels < 100; channels++)
                {
                    await open[0].ChannelAsync();
                }
            });
            return (connections, channels);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (Sender sender in open)
            {
                await sender.DisposeAsync();
            }
        }
    }
}
