using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace F2bBroker.Bench;

/// <summary>(f) A first start, from bans in the stream to all of them in the monitored log, on disk.</summary>
internal static class History
{
    private const ushort Prefetch = 500;

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        await Setting.EmptyHistoryAsync();
        await Publishing.FloorAsync(setting);
        double[] medians = await Rounds.MediansAsync(() => ConsumerAsync(setting), () => FloorAsync(setting));
        return
        [
            new Result(
                $"(f) {Bans.Count:N0} bans in the stream, first start → in the monitored log, per second",
                medians[0],
                medians[1],
                Target: 0.5),
        ];
    }

    private static async Task<double> ConsumerAsync(Setting setting)
    {
        await setting.ResetAsync();
        await using Daemon consumer = setting.StartConsumer("F2BBROKER_CONSUMER__HISTORY=1d");
        Task<long> end = consumer.SaysAsync($": {Bans.Count} messages, {Bans.Count} new bans written to disk.");
        long start = await consumer.SaysAsync("Receiving from");
        return Rounds.PerSecond(Bans.Count, start, await end);
    }

    /// <summary>RabbitMQ.Client alone: reads the stream from its beginning.</summary>
    private static async Task<double> FloorAsync(Setting setting)
    {
        await using IConnection connection = await setting.ConnectAsync("peer");
        await using IChannel channel = await connection.CreateChannelAsync();
        TaskCompletionSource<long> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int read = 0;
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (++read % (Prefetch / 2) == 0)
            {
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: true);
            }

            if (read == Bans.Count)
            {
                end.SetResult(Stopwatch.GetTimestamp());
            }
        };
        await channel.BasicQosAsync(0, Prefetch, global: false);
        long start = Stopwatch.GetTimestamp();
        await channel.BasicConsumeAsync(
            "f2b.history",
            autoAck: false,
            "",
            noLocal: false,
            exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = "first" },
            consumer);
        return Rounds.PerSecond(Bans.Count, start, await end.Task);
    }
}
