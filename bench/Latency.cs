using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.Bench;

/// <summary>(c) One ban at a time, from its line in fail2ban's log to its line on disk in the peer's monitored log.</summary>
internal static class Latency
{
    private const int WarmUp = 100;
    private const int Count = 500;

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        List<double> queue = await MeasureAsync(setting, () => setting.StartConsumer(), "peer");
        List<double> stream = await MeasureAsync(setting, setting.StartFollower, "follower");
        double p50 = Rounds.Percentile(queue, 0.5);
        return
        [
            new Result($"(c) one ban → line in the peer's log, p50 of {Count}, ms", p50, Target: 10, IsUpper: true),
            new Result("(c) the same, p99, ms", Rounds.Percentile(queue, 0.99)),
            new Result(
                "(c) the same for a server that follows the stream, p50, ms; floor is the queue",
                Rounds.Percentile(stream, 0.5),
                p50,
                Target: 1.5,
                IsUpper: true),
            new Result("(c) the same, p99, ms; floor is the queue", Rounds.Percentile(stream, 0.99), Rounds.Percentile(queue, 0.99)),
        ];
    }

    private static async Task<List<double>> MeasureAsync(Setting setting, Func<Daemon> start, string receiver)
    {
        await setting.ResetAsync();
        await Setting.EmptyHistoryAsync();
        string source = setting.FileOf("origin", "fail2ban.log");
        await File.WriteAllTextAsync(source, "");
        await using Daemon consumer = start();
        await consumer.SaysAsync("Receiving from");
        await using Daemon producer = setting.StartProducer();
        await producer.SaysAsync("Following");
        using SafeFileHandle log = File.OpenHandle(
            setting.FileOf(receiver, "bans.log"),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite);
        List<double> milliseconds = [];
        for (int i = 0; i < WarmUp + Count; i++)
        {
            milliseconds.Add(await OneAsync(source, log, i));
        }

        return milliseconds[WarmUp..];
    }

    private static async Task<double> OneAsync(string source, SafeFileHandle log, int i)
    {
        long length = RandomAccess.GetLength(log);
        long start = Stopwatch.GetTimestamp();
        await File.AppendAllTextAsync(source, Bans.Line(i));
        long deadline = Stopwatch.GetTimestamp() + 30 * Stopwatch.Frequency;
        while (RandomAccess.GetLength(log) == length)
        {
            if (Stopwatch.GetTimestamp() > deadline)
            {
                throw new TimeoutException("A ban did not arrive within 30 seconds.");
            }

            // Yields the core and checks again at once. A timer's tick would be as long as the time that is measured.
            Thread.Yield();
        }

        RandomAccess.FlushToDisk(log);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
