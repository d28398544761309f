using System.Text;
using RabbitMQ.Client;

namespace F2bBroker.Bench.Scale;

/// <summary>
/// One server's connections to the broker with its own login, as its consumer has them: it receives bans and pardons and reports its
/// health. It writes nothing to disk.
/// </summary>
internal sealed class LightReceiver(ScaleSetting setting, string server, LightServers group) : IAsyncDisposable
{
    /// <summary>
    /// What a receiver does on which connection: <c>|</c> separates connections, <c>,</c> the channels of one, <c>+</c> what shares a
    /// channel.
    /// </summary>
    private static readonly string Layout = Environment.GetEnvironmentVariable("F2B_LAYOUT") ?? "bans|pardons|health";

    private const ushort StreamPrefetch = 500;
    private const ushort QueuePrefetch = 1000;

    private readonly List<IConnection> connections = [];
    private IChannel? health;

    public async Task ConnectAsync(ConnectionFactory factory)
    {
        foreach (string part in Layout.Split('|'))
        {
            IConnection connection = await factory.CreateConnectionAsync($"f2bbroker-consumer {server} 0.2.0 {part}");
            connections.Add(connection);
            connection.ConnectionShutdownAsync += (_, reason) =>
            {
                group.CountLoss(reason);
                return Task.CompletedTask;
            };
            foreach (string channel in part.Split(','))
            {
                await OpenAsync(await connection.CreateChannelAsync(), channel.Split('+'));
            }
        }
    }

    public async Task ReportHealthAsync()
    {
        byte[] body = Encoding.UTF8.GetBytes(
            $$"""{"server":"{{server}}","program":"consumer","version":"0.2.0","at":"{{Bans.Now}}","state":"ready","problems":[]}""");
        BasicProperties properties = new() { UserId = server, ContentType = "application/json", DeliveryMode = DeliveryModes.Transient };
        await health!.BasicPublishAsync("f2b.health.in", "", mandatory: false, properties, body);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IConnection connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task OpenAsync(IChannel channel, string[] uses)
    {
        foreach (string use in uses)
        {
            switch (use)
            {
                case "bans" when setting.IsStream:
                    await ConsumeAsync(channel, "f2b.history", StreamPrefetch, group.CreateConsumer(channel), "next");
                    break;
                case "bans":
                    await ConsumeAsync(channel, $"f2b.bans.{server}", QueuePrefetch, group.CreateConsumer(channel), null);
                    break;
                case "pardons":
                    await ConsumeAsync(channel, "f2b.pardons", StreamPrefetch, new PardonConsumer(channel), "first");
                    break;
                default:
                    health = channel;
                    break;
            }
        }
    }

    private static async Task ConsumeAsync(IChannel channel, string queue, ushort prefetch, IAsyncBasicConsumer consumer, string? offset)
    {
        await channel.BasicQosAsync(0, prefetch, global: false);
        Dictionary<string, object?>? arguments = offset is null ? null : new() { ["x-stream-offset"] = offset };
        await channel.BasicConsumeAsync(queue, autoAck: false, "", noLocal: false, exclusive: false, arguments, consumer);
    }
}
