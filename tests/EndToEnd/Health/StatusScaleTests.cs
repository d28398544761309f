using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.Health;

/// <summary>How long <c>f2bbroker status</c> takes for many servers, each with two connections and its messages of three minutes.</summary>
[Trait("Form", "long")]
[Trait("Form", "slow")]
public sealed class StatusScaleTests : RunningBroker, IAsyncLifetime
{
    private const string Password = "secret";

    private readonly LocalBroker local = new();
    private readonly List<IConnection> connections = [];

    public async ValueTask InitializeAsync()
    {
        await local.StartAsync();
        SetAddress("127.0.0.1", local.Port, local.Api);
        await ResetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Parallel.ForEachAsync(connections, (connection, _) => connection.DisposeAsync());
        CloseApi();
        await local.DisposeAsync();
    }

    public static MatrixTheoryData<int, string> Groups =>
        new(Soak.Times(0, 1) == 0 ? [10] : [10, 100, 1000], [QueueType.Classic.Name, QueueType.Stream.Name]);

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Status_of_many_servers(int count, string type)
    {
        string[] servers = [.. Enumerable.Range(1, count).Select(i => $"web{i}")];
        await ImportAsync(servers, Role.Both.ReceivingFrom(QueueType.Parse(type)!));
        await Parallel.ForEachAsync(servers, new ParallelOptions { MaxDegreeOfParallelism = 8 }, ConnectAsync);
        await PublishAsync(servers);
        string status = "";
        TimeSpan took = default;
        await Eventually.TrueAsync(
            async () =>
            {
                long start = TimeProvider.System.GetTimestamp();
                status = (await AdminAsync("status")).Output;
                took = TimeProvider.System.GetElapsedTime(start);
                return Regex.Count(status, "(?m)^web") == count;
            },
            () => status);
        Assert.Equal(
            count,
            Regex.Count(
                status,
                $@"(?m)^web\d+ +both +{type} +consumer 0\.2\.0 \d+s, producer 0\.2\.0 \d+s +{(type == "stream" ? "-" : "1")} "
                    + @"+0\.004s +- +0 +[^ ]+ +[01] +-$"));
        Assert.Matches(@"\nThe stream f2b\.history holds the bans since 20[^ ]+Z\.\n$", status);
        new SoakTable("StatusScale", "servers", "receive from", "connections", "health messages", "seconds").Add(
            count,
            type,
            connections.Count,
            count * 6,
            $"{took.TotalSeconds:0.0}");
        TestContext.Current.SendDiagnosticMessage("status of {0} servers ({1}): {2:0.00} s", count, type, took.TotalSeconds);
        Assert.InRange(took.TotalSeconds, 0, 30);
    }

    private Task ImportAsync(string[] servers, Role role)
    {
        string[] withQueue = role.HasQueue ? servers : [];
        JsonNode Queue(string server) => new JsonObject
        {
            ["name"] = $"f2b.bans.{server}",
            ["vhost"] = "f2b",
            ["durable"] = true,
            ["auto_delete"] = false,
            ["arguments"] = new JsonObject(),
        };
        JsonNode Binding(string server) => new JsonObject
        {
            ["source"] = "f2b.bans",
            ["vhost"] = "f2b",
            ["destination"] = $"f2b.bans.{server}",
            ["destination_type"] = "queue",
            ["routing_key"] = "",
            ["arguments"] = new JsonObject(),
        };
        return SendAsync("definitions", new JsonObject
        {
            ["users"] = new JsonArray(
                [
                    .. servers.Select(server => (JsonNode)new JsonObject { ["name"] = server, ["password"] = Password, ["tags"] = "" }),
                    new JsonObject { ["name"] = "all", ["password"] = Password, ["tags"] = "impersonator" },
                ]),
            ["permissions"] = new JsonArray([.. servers.Append("all").Select(user => Permission(user, role))]),
            ["queues"] = new JsonArray([.. withQueue.Select(Queue)]),
            ["bindings"] = new JsonArray([.. withQueue.Select(Binding)]),
        });
    }

    private static JsonNode Permission(string user, Role role)
    {
        Permissions rights = user == "all" ? new("^$", ".*", "^$") : role.PermissionsFor(user);
        return new JsonObject
        {
            ["user"] = user,
            ["vhost"] = "f2b",
            ["configure"] = rights.Configure,
            ["write"] = rights.Write,
            ["read"] = rights.Read,
        };
    }

    private async ValueTask ConnectAsync(string server, CancellationToken cancel)
    {
        foreach (string program in new[] { "consumer", "producer" })
        {
            ConnectionFactory factory = new()
            {
                HostName = Host,
                Port = Port,
                VirtualHost = "f2b",
                UserName = server,
                Password = Password,
                AutomaticRecoveryEnabled = false,
            };
            IConnection connection = await factory.CreateConnectionAsync($"f2bbroker-{program} {server} 0.2.0", cancel);
            lock (connections)
            {
                connections.Add(connection);
            }
        }
    }

    /// <summary>Publishes what the servers would publish, as a user who may publish in their names.</summary>
    private async Task PublishAsync(string[] servers)
    {
        await using Sender all = await Sender.ConnectAsync(this, "all", Password);
        await all.PublishAllAsync("f2b.bans", [(servers[0], all.Body("203.0.113.1", servers[0]))]);
        for (int minute = 0; minute < 3; minute++)
        {
            await all.PublishAllAsync(
                "f2b.health.in",
                from server in servers
                from program in new[] { "consumer", "producer" }
                select (server, Health(server, program)));
        }
    }

    private static string Health(string server, string program) => new JsonObject
    {
        ["server"] = server,
        ["program"] = program,
        ["version"] = "0.2.0",
        ["at"] = $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}",
        ["state"] = "ready",
        ["problems"] = new JsonArray(),
        ["lag"] = program == "consumer" ? 0.004 : null,
        ["written"] = program == "consumer" ? 0 : null,
        ["refused"] = program == "consumer" ? 0 : null,
    }.ToJsonString();
}
