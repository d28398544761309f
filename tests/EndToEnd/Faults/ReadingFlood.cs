using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Subscriptions of a compromised server that read the stream from its beginning as fast as the broker delivers.</summary>
internal sealed class ReadingFlood : IAsyncDisposable
{
    // A server may have 8, but the broker still counts one that it is closing.
    private const int Connections = 7;

    private readonly List<Sender> senders = [];
    private readonly List<IChannel> channels = [];
    private long messages;

    /// <summary>The number of messages delivered.</summary>
    public long Messages => Interlocked.Read(ref messages);

    /// <summary>The size of the last body.</summary>
    public int BodySize { get; private set; }

    /// <summary>True if the broker has closed every channel.</summary>
    public bool IsOver => channels.All(channel => !channel.IsOpen);

    /// <summary>Opens as many channels as subscriptions.</summary>
    public static async Task<ReadingFlood> StartAsync(RunningBroker broker, Server intruder, int subscriptions)
    {
        ReadingFlood flood = new();
        for (int i = 0; i < Connections; i++)
        {
            flood.senders.Add(await Sender.ConnectAsync(broker, intruder));
        }

        for (int i = 0; i < subscriptions; i++)
        {
            await flood.SubscribeAsync(await flood.senders[i % Connections].UnconfirmedChannelAsync());
        }

        return flood;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Sender sender in senders)
        {
            await sender.DisposeAsync();
        }
    }

    private async Task SubscribeAsync(IChannel channel)
    {
        channels.Add(channel);
        await channel.BasicQosAsync(0, 500, global: false);
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            Interlocked.Increment(ref messages);
            BodySize = delivery.Body.Length;
            if (delivery.DeliveryTag % 250 == 0)
            {
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: true);
            }
        };
        await StreamFloodTests.SubscribeAsync(channel, "first", consumer);
    }
}
