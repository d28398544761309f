using System.Text;
using RabbitMQ.Client;

namespace F2bBroker.Bench.Scale;

/// <summary>
/// One server's connections to the broker with its own login, as its consumer has them: it receives bans and pardons and reports its
/// health. It writes nothing to disk.
/// </summary>
internal sealed class LightReceiver(ScaleSetting setting, string server, LightServers group) : IAsyncDisposable
{
    private const ushort StreamPrefetch = 500;
    private const ushort QueuePrefetch = 1000;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly List<IConnection> connections = [];
    private IChannel? health;

    public async Task ConnectAsync(ConnectionFactory factory)
    {
        IConnection bans = await OpenAsync(factory);
        IChannel channel = await bans.CreateChannelAsync();
        await (setting.IsStream
            ? ConsumeAsync(channel, "f2b.history", StreamPrefetch, group.CreateConsumer(channel), "next")
            : ConsumeAsync(channel, $"f2b.bans.{server}", QueuePrefetch, group.CreateConsumer(channel), offset: null));
        IConnection pardons = setting.IsStream ? bans : await OpenAsync(factory);
        channel = await pardons.CreateChannelAsync();
        await ConsumeAsync(channel, "f2b.pardons", StreamPrefetch, new PardonConsumer(channel), "first");
        health = await (setting.IsStream ? bans : await OpenAsync(factory)).CreateChannelAsync();
        await ReportHealthAsync();
    }

    public async Task ReportHealthAsync()
    {
        if (!health!.IsOpen)
        {
            return;
        }

        byte[] body = Encoding.UTF8.GetBytes(
            $$"""{"server":"{{server}}","program":"consumer","version":"0.2.0","at":"{{Bans.Now}}","state":"ready","problems":[]}""");
        BasicProperties properties = new() { UserId = server, ContentType = "application/json", DeliveryMode = DeliveryModes.Transient };
        await health.BasicPublishAsync("f2b.health.in", "", mandatory: false, properties, body);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IConnection connection in connections)
        {
            // A broker that has fallen behind may answer late.
            await connection.CloseAsync(Constants.ReplySuccess, "", CloseTimeout, abort: true);
            await connection.DisposeAsync();
        }
    }

    private async Task<IConnection> OpenAsync(ConnectionFactory factory)
    {
        IConnection connection = await factory.CreateConnectionAsync($"f2bbroker-consumer {server} 0.2.0");
        connections.Add(connection);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            group.CountLoss(reason);
            return Task.CompletedTask;
        };
        return connection;
    }

    private static async Task ConsumeAsync(IChannel channel, string queue, ushort prefetch, IAsyncBasicConsumer consumer, string? offset)
    {
        await channel.BasicQosAsync(0, prefetch, global: false);
        Dictionary<string, object?>? arguments = offset is null ? null : new() { ["x-stream-offset"] = offset };
        await channel.BasicConsumeAsync(queue, autoAck: false, "", noLocal: false, exclusive: false, arguments, consumer);
    }
}
