using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests.TakenOver;

/// <summary>
/// A group whose server <c>a.b</c> was compromised: somebody has its login and a client of his own. <c>b</c> and <c>axb</c> have all that a
/// server can have.
/// </summary>
public sealed class TakenOverGroup(TestBroker broker) : IAsyncLifetime
{
    public const string Intruder = "a.b";

    private readonly List<Server> servers = [];

    internal TestBroker Broker => broker;

    internal Sender Login { get; private set; } = null!;

    internal Sender Other { get; private set; } = null!;

    internal string Password => servers[0].Password;

    /// <summary>The server of the group with that name.</summary>
    internal Server this[string name] => servers.Single(server => server.Name == name);

    public async ValueTask InitializeAsync()
    {
        await broker.ResetAsync();
        foreach (string name in new[] { Intruder, "a", "b", "axb" })
        {
            Server server = await Server.EnrollAsync(broker, name);
            servers.Add(server);
            await using Sender itself = await Sender.ConnectAsync(broker, server);
            await using IChannel channel = await itself.ChannelAsync();
            foreach (string queue in new[] { $"f2b.bans.{name}", $"f2b.bans.{name}_error" })
            {
                await channel.ExchangeDeclareAsync(queue, "fanout", durable: true);
                await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
                await channel.QueueBindAsync(queue, queue, "");
            }
        }

        Login = await Sender.ConnectAsync(broker, this[Intruder]);
        Other = await Sender.ConnectAsync(broker, this["b"]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Sender sender in new[] { Login, Other }.OfType<Sender>())
        {
            await sender.DisposeAsync();
        }

        foreach (Server server in servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>The broker's answer to an attempt of the intruder: the code with which it closes the channel.</summary>
    internal async Task<int?> CodeOfAsync(Func<IChannel, Task> attempt)
    {
        await using IChannel channel = await Login.ChannelAsync();
        Exception? failure = await Record.ExceptionAsync(() => attempt(channel));
        Assert.NotNull(failure);
        await Eventually.TrueAsync(() => !channel.IsOpen, () => $"The channel stays open: {failure}");
        return (failure as OperationInterruptedException)?.ShutdownReason?.ReplyCode ?? channel.CloseReason?.ReplyCode;
    }

    internal async Task RefusesAsync(params IEnumerable<Func<IChannel, Task>> attempts)
    {
        foreach (Func<IChannel, Task> attempt in attempts)
        {
            Assert.Equal(403, await CodeOfAsync(attempt));
        }
    }

    /// <summary>What the intruder may do.</summary>
    internal async Task DoAsync(Func<IChannel, Task> act)
    {
        await using IChannel channel = await Login.ChannelAsync();
        await act(channel);
    }

    /// <summary>Empties a queue.</summary>
    internal Task PurgeAsync(string queue) => broker.DeleteAsync($"queues/f2b/{queue}/contents");

    /// <summary>Waits until a queue holds that many messages; gives them. What was published was confirmed, so no more can come.</summary>
    internal async Task<IReadOnlyList<JsonNode>> HoldsAsync(string queue, int count)
    {
        IReadOnlyList<JsonNode> messages = [];
        await Eventually.TrueAsync(
            async () => (messages = await broker.PeekAsync(queue)).Count >= count,
            () => $"{queue} holds {messages.Count} of {count}.");
        Assert.Equal(count, messages.Count);
        return messages;
    }
}
