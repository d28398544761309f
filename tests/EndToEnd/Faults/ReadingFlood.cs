using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Subscriptions of a compromised server that read the stream from its beginning as fast as the broker delivers.</summary>
internal sealed class ReadingFlood : IAsyncDisposable
{
    // A server may have 8 connections and 32 channels, but the broker still counts those that it is closing.
    private const int MaxConnections = 7;
    private const int MaxChannels = 28;

    private readonly List<Sender> senders = [];
    private readonly List<IChannel> channels = [];
    private long messages;

    /// <summary>The number of messages delivered.</summary>
    public long Messages => Interlocked.Read(ref messages);

    /// <summary>The size of the last body.</summary>
    public int BodySize { get; private set; }

    /// <summary>True if the broker has closed every channel.</summary>
    public bool IsOver => channels.All(channel => !channel.IsOpen);

    /// <summary>Opens all connections, and a channel for each subscription as far as the broker allows it.</summary>
    public static async Task<ReadingFlood> StartAsync(RunningBroker broker, Server intruder, int subscriptions)
    {
        ReadingFlood flood = new();
        for (int i = 0; i < MaxConnections; i++)
        {
            flood.senders.Add(await Sender.ConnectAsync(broker, intruder));
        }

        for (int i = 0; i < Math.Min(subscriptions, MaxChannels); i++)
        {
            flood.channels.Add(await flood.senders[i % MaxConnections].UnconfirmedChannelAsync());
            await flood.channels[i].BasicQosAsync(0, 500, global: false);
        }

        for (int i = 0; i < subscriptions; i++)
        {
            await flood.SubscribeAsync(flood.channels[i % flood.channels.Count]);
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
