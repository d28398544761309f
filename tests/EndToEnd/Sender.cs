using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.EndToEndTests;

/// <summary>An AMQP client with a server's login.</summary>
internal sealed class Sender : IAsyncDisposable
{
    private Sender(IConnection connection, string name) => (Connection, Name) = (connection, name);

    public IConnection Connection { get; }

    public string Name { get; }

    public bool IsOpen => Connection.IsOpen;

    /// <param name="name">The connection's name, as the broker shows it.</param>
    public static async Task<Sender> ConnectAsync(RunningBroker broker, string user, string password, string? name = null)
    {
        ConnectionFactory factory = new()
        {
            HostName = broker.Host,
            Port = broker.Port,
            VirtualHost = "f2b",
            UserName = user,
            Password = password,
            AutomaticRecoveryEnabled = false,
        };
        return new Sender(await factory.CreateConnectionAsync(name), user);
    }

    public static Task<Sender> ConnectAsync(RunningBroker broker, Server server) => ConnectAsync(broker, server.Name, server.Password);

    /// <summary>Connects as a daemon of the server, as far as the broker knows.</summary>
    public static Task<Sender> ConnectAsync(RunningBroker broker, Server server, string program) =>
        ConnectAsync(broker, server.Name, server.Password, $"f2bbroker-{program} {server.Name} 0.2.0");

    public Task<IChannel> ChannelAsync() => Connection.CreateChannelAsync(new CreateChannelOptions(true, true));

    public Task<IChannel> UnconfirmedChannelAsync() => Connection.CreateChannelAsync();

    /// <summary>
    /// Publishes to f2b.bans and waits for the confirm. The <c>user_id</c> is the sender's unless <paramref name="change"/> changes it.
    /// </summary>
    public Task PublishAsync(string body, Action<BasicProperties>? change = null) => PublishAsync(Encoding.UTF8.GetBytes(body), change);

    /// <inheritdoc cref="PublishAsync(string, Action{BasicProperties}?)"/>
    public async Task PublishAsync(byte[] body, Action<BasicProperties>? change = null)
    {
        await using IChannel channel = await ChannelAsync();
        BasicProperties properties = new() { UserId = Name, Persistent = true, ContentType = "application/json" };
        change?.Invoke(properties);
        await channel.BasicPublishAsync("f2b.bans", "", mandatory: true, properties, body);
    }

    /// <summary>Publishes a health message as a daemon of the sender does, and waits for the confirm.</summary>
    /// <param name="change">Changes the message.</param>
    public Task PublishHealthAsync(string program, Action<JsonObject>? change = null)
    {
        JsonObject message = new()
        {
            ["server"] = Name,
            ["program"] = program,
            ["version"] = "0.2.0",
            ["at"] = Now,
            ["state"] = "ready",
            ["problems"] = new JsonArray(),
        };
        change?.Invoke(message);
        return PublishHealthBodyAsync(message.ToJsonString());
    }

    /// <summary>Publishes a body to f2b.health.in and waits for the confirm.</summary>
    public async Task PublishHealthBodyAsync(string body, Action<BasicProperties>? change = null)
    {
        await using IChannel channel = await ChannelAsync();
        BasicProperties properties = new() { UserId = Name, ContentType = "application/json" };
        change?.Invoke(properties);
        await channel.BasicPublishAsync("f2b.health.in", "", mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>Publishes many bodies at once, each in the name of a user, and waits for all confirms.</summary>
    public async Task PublishAllAsync(string exchange, IEnumerable<(string User, string Body)> messages)
    {
        await using IChannel channel = await ChannelAsync();
        await Task.WhenAll(messages.Select(message => channel.BasicPublishAsync(
            exchange,
            "",
            mandatory: true,
            new BasicProperties { UserId = message.User, ContentType = "application/json" },
            Encoding.UTF8.GetBytes(message.Body)).AsTask()));
    }

    /// <summary>Returns the code with which the broker closes the channel after an attempt; null if it refuses nothing.</summary>
    public async Task<int?> TryAsync(Func<IChannel, Task> attempt)
    {
        await using IChannel channel = await ChannelAsync();
        Exception? failure = await Record.ExceptionAsync(() => attempt(channel));
        if (failure is null)
        {
            return null;
        }

        await Eventually.TrueAsync(() => !channel.IsOpen, () => $"The channel stays open: {failure}");
        return (failure as OperationInterruptedException)?.ShutdownReason?.ReplyCode ?? channel.CloseReason?.ReplyCode;
    }

    /// <summary>Binds an exchange to another one.</summary>
    public async Task BindExchangeAsync(string from, string to)
    {
        await using IChannel channel = await ChannelAsync();
        if (from != "f2b.bans")
        {
            await channel.ExchangeDeclareAsync(from, "fanout", durable: true);
        }

        await channel.ExchangeBindAsync(to, from, "");
    }

    /// <summary>Publishes many bodies at once and waits for all confirms.</summary>
    public async Task PublishAllAsync(IEnumerable<byte[]> bodies)
    {
        await using IChannel channel = await ChannelAsync();
        BasicProperties properties = new() { UserId = Name, Persistent = true, ContentType = "application/json" };
        await Task.WhenAll(bodies.Select(body => channel.BasicPublishAsync("f2b.bans", "", mandatory: true, properties, body).AsTask()));
    }

    /// <summary>Receives a message, does not acknowledge it, and closes the channel.</summary>
    public async Task ReceiveWithoutAckAsync(string queue)
    {
        await using IChannel channel = await UnconfirmedChannelAsync();
        TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, _) =>
        {
            received.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        await received.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    public Task PublishBanAsync(string ip, Action<BasicProperties>? change = null) => PublishAsync(Body(ip), change);

    /// <summary>Returns the body of a ban of jail sshd, dated now.</summary>
    public string Body(string ip, string? server = null) =>
        $$"""{"ip":"{{ip}}","jail":"sshd","server":"{{server ?? Name}}","detectedAt":"{{Now}}"}""";

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static string Now => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}";
}
