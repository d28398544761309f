using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>
/// A group with two compromised servers that follow the stream, and with <c>web1</c>, which has all objects that a server can have. The
/// objects of <c>receiver</c> exist, as if they were left over from a queue of it. Those of <c>both</c> do not. When the group is
/// disposed, it asserts that the broker has the same exchanges, queues and bindings as before.
/// </summary>
public sealed class StreamServersGroup(TestBroker broker) : IAsyncLifetime
{
    public const string Both = "both";
    public const string Receiver = "receiver";
    public const string Other = "web1";

    private readonly Dictionary<string, Server> servers = [];
    private readonly Dictionary<string, Sender> logins = [];
    private TestGroup group = null!;
    private string objects = "";

    internal TestBroker Broker => broker;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        servers[Other] = await TakenOverGroup.EnrollWithAllObjectsAsync(group, broker, Other);
        servers[Both] = await EnrollAsync(Both, Role.Both);
        servers[Receiver] = await EnrollAsync(Receiver, Role.Receiver);
        foreach (string name in new[] { Topology.QueueFor(Receiver), Topology.ErrorQueueFor(Receiver) })
        {
            await broker.PutAsync($"exchanges/f2b/{name}", new() { ["type"] = "fanout", ["durable"] = true });
            await broker.PutAsync($"queues/f2b/{name}", new() { ["durable"] = true });
            await broker.BindAsync(name, name);
            await broker.BindAsync(Topology.BansExchange, name);
        }

        foreach (Server server in servers.Values)
        {
            logins[server.Name] = await group.ConnectAsync(server);
        }

        objects = await ObjectsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(objects, await ObjectsAsync());
        await group.DisposeAsync();
    }

    internal Server Server(string name) => servers[name];

    /// <summary>Returns the server's open connection.</summary>
    internal Sender Login(string name) => logins[name];

    /// <summary>Returns a connection of the server that the broker may close.</summary>
    internal Task<Sender> ConnectAsync(string name) => Sender.ConnectAsync(broker, servers[name]);

    private async Task<Server> EnrollAsync(string name, Role role) =>
        group.Add(await EndToEndTests.Server.EnrollAsync(broker, name, role.ReceivingFrom(QueueType.Stream)));

    /// <summary>Returns the exchanges, queues and bindings of the virtual host.</summary>
    private async Task<string> ObjectsAsync()
    {
        List<string> found = [];
        foreach (string path in new[]
        {
            "exchanges/f2b?columns=name,type,durable,auto_delete,internal,arguments",
            "queues/f2b?columns=name,durable,auto_delete,exclusive,arguments,type",
            "bindings/f2b",
        })
        {
            found.AddRange(((JsonArray)(await broker.GetAsync(path))!).Select(item => item!.ToJsonString()).Order(StringComparer.Ordinal));
        }

        return string.Join('\n', found);
    }
}
