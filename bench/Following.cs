using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Bench;

/// <summary>(h) Bans that are published at full speed while the stream is followed, to all of them in the monitored log, on disk.</summary>
internal static class Following
{
    private const ushort Prefetch = 500;
    private const int Batch = Prefetch / 2;

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        double[] medians = await Rounds.MediansAsync(() => ConsumerAsync(setting), () => FloorAsync(setting));
        return
        [
            new Result(
                $"(h) {Bans.Count:N0} bans published while the stream is followed → in the monitored log, per second",
                medians[0],
                medians[1],
                Target: 0.75),
        ];
    }

    private static async Task<double> ConsumerAsync(Setting setting)
    {
        await ResetAsync(setting);
        string log = setting.FileOf("follower", "bans.log");
        await using Daemon consumer = setting.StartFollower();
        await consumer.SaysAsync("Receiving from");
        long start = Stopwatch.GetTimestamp();
        Task<double> publishing = Publishing.PublishAllAsync(setting);
        await Rounds.UntilAsync(() => Consuming.LinesIn(log) >= Bans.Count && File.ReadLines(log).Count(IsBan) == Bans.Count);
        using SafeFileHandle file = File.OpenHandle(log, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
        long end = Stopwatch.GetTimestamp();
        await publishing;
        return Rounds.PerSecond(Bans.Count, start, end);
    }

    /// <summary>RabbitMQ.Client alone, in the same order.</summary>
    private static async Task<double> FloorAsync(Setting setting)
    {
        await ResetAsync(setting);
        await using IConnection connection = await setting.ConnectAsync("follower");
        await using IChannel channel = await connection.CreateChannelAsync();
        Channel<(ulong Tag, string Line)> arrived = System.Threading.Channels.Channel.CreateUnbounded<(ulong, string)>();
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            arrived.Writer.TryWrite((delivery.DeliveryTag, Encoding.UTF8.GetString(delivery.Body.Span) + "\n"));
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, Prefetch, global: false);
        Dictionary<string, object?> arguments = new() { ["x-stream-offset"] = "next" };
        await channel.BasicConsumeAsync("f2b.history", autoAck: false, "", noLocal: false, exclusive: false, arguments, consumer);
        using SafeFileHandle file = File.OpenHandle(setting.FileOf("follower", "bans.log"), FileMode.Create, FileAccess.ReadWrite);
        long start = Stopwatch.GetTimestamp();
        Task<double> publishing = Publishing.PublishAllAsync(setting);
        await Consuming.WriteAsync(file, arrived.Reader, channel, Batch, multiple: true);
        long end = Stopwatch.GetTimestamp();
        await publishing;
        return Rounds.PerSecond(Bans.Count, start, end);
    }

    /// <summary>Returns false for the line of a position.</summary>
    private static bool IsBan(string line) => line.Contains(" Ban ", StringComparison.Ordinal);

    private static async Task ResetAsync(Setting setting)
    {
        await setting.ResetAsync();
        await Setting.EmptyHistoryAsync();
    }
}
