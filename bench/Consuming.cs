using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Bench;

/// <summary>(b) From messages that wait in the queue to all of them in the monitored log, on disk.</summary>
internal static class Consuming
{
    private const ushort Prefetch = 500;
    private const int Batch = 1000;

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        double[] medians = await Rounds.MediansAsync(
            () => ConsumerAsync(setting),
            () => FloorAsync(setting, multiple: false),
            () => FloorAsync(setting, multiple: true));
        string what = $"(b) {Bans.Count:N0} messages waiting → in the monitored log, per second";
        return
        [
            new Result($"{what}; floor acks each", medians[0], medians[1], Target: 0.7),
            new Result($"{what}; floor acks many at once", medians[0], medians[2]),
        ];
    }

    private static async Task<double> ConsumerAsync(Setting setting)
    {
        await Publishing.FloorAsync(setting);
        string log = setting.FileOf("peer", "bans.log");
        await using Daemon consumer = setting.StartConsumer();
        long start = await consumer.SaysAsync("Receiving from");
        await Rounds.UntilAsync(() => LinesIn(log) >= Bans.Count);
        using SafeFileHandle file = File.OpenHandle(log, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
        return Rounds.PerSecond(Bans.Count, start, Stopwatch.GetTimestamp());
    }

    /// <summary>RabbitMQ.Client alone, in the same order: take the waiting messages, append, flush to disk, acknowledge.</summary>
    private static async Task<double> FloorAsync(Setting setting, bool multiple)
    {
        await Publishing.FloorAsync(setting);
        await using IConnection connection = await setting.ConnectAsync("peer");
        await using IChannel channel = await connection.CreateChannelAsync();
        Channel<(ulong Tag, string Line)> waiting = System.Threading.Channels.Channel.CreateUnbounded<(ulong, string)>();
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            waiting.Writer.TryWrite((delivery.DeliveryTag, Encoding.UTF8.GetString(delivery.Body.Span) + "\n"));
            return Task.CompletedTask;
        };
        using SafeFileHandle file = File.OpenHandle(setting.FileOf("peer", "bans.log"), FileMode.Create, FileAccess.ReadWrite);
        await channel.BasicQosAsync(0, Prefetch, global: false);
        long start = Stopwatch.GetTimestamp();
        await channel.BasicConsumeAsync("f2b.bans.peer", autoAck: false, consumer);
        await WriteAsync(file, waiting.Reader, channel, Batch, multiple);
        return Rounds.PerSecond(Bans.Count, start, Stopwatch.GetTimestamp());
    }

    /// <summary>Takes the messages that have arrived, appends them, flushes them to disk, and acknowledges them.</summary>
    /// <param name="maxBatch">The number of messages that are taken at once, at most.</param>
    /// <param name="multiple">True to acknowledge a batch together.</param>
    public static async Task WriteAsync(
        SafeFileHandle file,
        ChannelReader<(ulong Tag, string Line)> waiting,
        IChannel channel,
        int maxBatch,
        bool multiple)
    {
        long offset = 0;
        for (int done = 0; done < Bans.Count;)
        {
            await waiting.WaitToReadAsync();
            List<(ulong Tag, string Line)> batch = [];
            while (batch.Count < maxBatch && waiting.TryRead(out (ulong Tag, string Line) next))
            {
                batch.Add(next);
            }

            byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(batch.Select(message => message.Line)));
            RandomAccess.Write(file, bytes, offset);
            RandomAccess.FlushToDisk(file);
            offset += bytes.Length;
            foreach ((ulong tag, _) in multiple ? batch[^1..] : batch)
            {
                await channel.BasicAckAsync(tag, multiple);
            }

            done += batch.Count;
        }
    }

    /// <summary>Returns the number of lines, or 0 while there are fewer than all.</summary>
    public static int LinesIn(string log)
    {
        if (!File.Exists(log))
        {
            return 0;
        }

        using FileStream stream = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // Each line of this benchmark is longer than 80 bytes, so a shorter file does not have all lines.
        return stream.Length < Bans.Count * 80L ? 0 : CountLines(stream);
    }

    private static int CountLines(FileStream stream)
    {
        byte[] buffer = new byte[1 << 20];
        int lines = 0;
        while (stream.Read(buffer) is > 0 and var count)
        {
            lines += buffer.AsSpan(0, count).Count((byte)'\n');
        }

        return lines;
    }
}
