using System.Diagnostics;
using System.Globalization;

namespace F2bBroker.Bench;

/// <summary>(e) What the daemons use while they are idle, and how long they take to be ready.</summary>
internal static class Idle
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        await setting.ResetAsync();
        await File.WriteAllTextAsync(setting.FileOf("origin", "fail2ban.log"), "");
        await using Daemon producer = setting.StartProducer();
        long following = await producer.SaysAsync("Following");
        await using Daemon consumer = setting.StartConsumer();
        long receiving = await consumer.SaysAsync("Receiving from");
        (double producerBefore, double consumerBefore) = (CpuSeconds(producer.Id), CpuSeconds(consumer.Id));
        await Task.Delay(IdleTime, TimeProvider.System);
        return
        [
            .. Rows("producer", producer, following, producerBefore),
            .. Rows("consumer", consumer, receiving, consumerBefore),
        ];
    }

    private static IEnumerable<Result> Rows(string name, Daemon daemon, long ready, double cpuBefore)
    {
        Dictionary<string, double> memory = MegabytesOf(daemon.Id);
        yield return new Result($"(e) {name} idle, RSS, MB", memory["Rss"], Target: 80, IsUpper: true);
        yield return new Result($"(e) {name} idle, PSS, MB", memory["Pss"]);
        yield return new Result(
            $"(e) {name} idle, private, MB",
            memory["Private_Clean"] + memory["Private_Dirty"],
            Target: 30,
            IsUpper: true);
        yield return new Result($"(e) {name} idle, CPU, % of one core", (CpuSeconds(daemon.Id) - cpuBefore) / IdleTime.TotalSeconds * 100);
        yield return new Result($"(e) {name} start → ready, ms", Stopwatch.GetElapsedTime(daemon.StartedAt, ready).TotalMilliseconds);
    }

    // Rss:               78120 kB
    private static Dictionary<string, double> MegabytesOf(int process) => File.ReadLines($"/proc/{process}/smaps_rollup").Skip(1)
        .Select(line => line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(words => words[0], words => double.Parse(words[1], CultureInfo.InvariantCulture) * 1024 / 1_000_000);

    // Fields 14 and 15 of proc(5)'s stat, in hundredths of a second; the second field, in brackets, may contain blanks.
    private static double CpuSeconds(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }
}
