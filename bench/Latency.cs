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
        await setting.ResetAsync();
        string source = setting.FileOf("origin", "fail2ban.log");
        await File.WriteAllTextAsync(source, "");
        await using Daemon consumer = setting.StartConsumer();
        await consumer.SaysAsync("Receiving from");
        await using Daemon producer = setting.StartProducer();
        await producer.SaysAsync("Following");
        using SafeFileHandle log = File.OpenHandle(
            setting.FileOf("peer", "bans.log"),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite);
        List<double> milliseconds = [];
        for (int i = 0; i < WarmUp + Count; i++)
        {
            milliseconds.Add(await OneAsync(source, log, i));
        }

        return
        [
            new Result(
                $"(c) one ban → line in the peer's log, p50 of {Count}, ms",
                Rounds.Percentile(milliseconds[WarmUp..], 0.5),
                Target: 10,
                IsUpper: true),
            new Result("(c) the same, p99, ms", Rounds.Percentile(milliseconds[WarmUp..], 0.99)),
        ];
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
