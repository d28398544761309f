using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>
/// A group whose server <c>a.b</c> is compromised: an intruder has its login and an AMQP client. <c>b</c> and <c>axb</c> have all objects
/// that a server can have.
/// </summary>
public sealed class TakenOverGroup(TestBroker broker) : IAsyncLifetime
{
    public const string Intruder = "a.b";

    private readonly List<Server> servers = [];
    private TestGroup group = null!;

    internal TestBroker Broker => broker;

    internal Sender Login { get; private set; } = null!;

    internal Sender Other { get; private set; } = null!;

    internal string Password => servers[0].Password;

    /// <summary>The server of the group with that name.</summary>
    internal Server this[string name] => servers.Single(server => server.Name == name);

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        foreach (string name in new[] { Intruder, "a", "b", "axb" })
        {
            servers.Add(await EnrollWithAllObjectsAsync(group, broker, name));
        }

        Login = await group.ConnectAsync(this[Intruder]);
        Other = await group.ConnectAsync(this["b"]);
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    /// <summary>Enrolls a server and declares all objects that it can have.</summary>
    internal static async Task<Server> EnrollWithAllObjectsAsync(TestGroup group, TestBroker broker, string name)
    {
        Server server = await group.EnrollAsync(name);
        await using Sender itself = await Sender.ConnectAsync(broker, server);
        await using IChannel channel = await itself.ChannelAsync();
        foreach (string queue in new[] { $"f2b.bans.{name}", $"f2b.bans.{name}_error" })
        {
            await channel.ExchangeDeclareAsync(queue, "fanout", durable: true);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
            await channel.QueueBindAsync(queue, queue, "");
        }

        return server;
    }

    /// <summary>Returns the code with which the broker closes the channel after an attempt of the intruder.</summary>
    internal async Task<int?> CodeOfAsync(Func<IChannel, Task> attempt)
    {
        int? code = await Login.TryAsync(attempt);
        Assert.NotNull(code);
        return code;
    }

    internal async Task RefusesAsync(params IEnumerable<Func<IChannel, Task>> attempts)
    {
        foreach (Func<IChannel, Task> attempt in attempts)
        {
            Assert.Equal(403, await CodeOfAsync(attempt));
        }
    }

    /// <summary>Runs an action that the intruder is permitted.</summary>
    internal async Task DoAsync(Func<IChannel, Task> act)
    {
        await using IChannel channel = await Login.ChannelAsync();
        await act(channel);
    }

    /// <summary>Empties a queue.</summary>
    internal Task PurgeAsync(string queue) => broker.DeleteAsync($"queues/f2b/{queue}/contents");

    /// <summary>Waits until a queue contains that many messages and returns them. All were confirmed, so no more can come.</summary>
    internal async Task<IReadOnlyList<JsonNode>> HoldsAsync(string queue, int count)
    {
        IReadOnlyList<JsonNode> messages = [];
        await Eventually.TrueAsync(
            async () => (messages = await broker.PeekAsync(queue)).Count >= count,
            () => $"{queue} contains {messages.Count} of {count}.");
        Assert.Equal(count, messages.Count);
        return messages;
    }
}
