using System.Diagnostics;
using System.Globalization;

namespace F2bBroker.Bench;

/// <summary>
/// (e) How long the daemons take to be ready, and what they use while they are idle. The same of fail2ban-server, for comparison.
/// </summary>
internal static class Idle
{
    private const int Starts = 5;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        await setting.ResetAsync();
        await File.WriteAllTextAsync(setting.FileOf("origin", "fail2ban.log"), "");
        Measured producer = new("producer", setting.StartProducer, "Following");
        Measured consumer = new("consumer", () => setting.StartConsumer(), "Receiving from");
        Measured fail2ban = new("fail2ban-server", setting.StartFail2Ban, "Jail 'sshd' started");
        for (int start = 0; start < Starts; start++)
        {
            foreach (Measured measured in new[] { producer, consumer, fail2ban })
            {
                await using Daemon daemon = await measured.StartAsync();
            }
        }

        await using Daemon runningProducer = await producer.StartAsync();
        await using Daemon runningConsumer = await consumer.StartAsync();
        await using Daemon runningFail2Ban = await fail2ban.StartAsync();
        (Measured Measured, Daemon Daemon, double CpuBefore)[] all =
        [
            .. new[] { (producer, runningProducer), (consumer, runningConsumer), (fail2ban, runningFail2Ban) }
                .Select(one => (one.Item1, one.Item2, CpuSeconds(one.Item2.Id))),
        ];
        await Task.Delay(IdleTime, TimeProvider.System);
        return
        [
            .. all.SelectMany(one => one.Measured.Rows(one.Daemon, one.CpuBefore, isOurs: one.Measured != fail2ban)),
            new Result(
                "(e) producer and consumer idle, PSS of both, MB",
                MegabytesOf(runningProducer.Id)["Pss"] + MegabytesOf(runningConsumer.Id)["Pss"],
                Target: 85,
                IsUpper: true),
        ];
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

    /// <param name="Ready">The text that it logs when it is ready.</param>
    private sealed record Measured(string Name, Func<Daemon> Start, string Ready)
    {
        private readonly List<double> readyTimes = [];
        private readonly List<double> cpuTimes = [];

        public async Task<Daemon> StartAsync()
        {
            Daemon daemon = Start();
            long ready = await daemon.SaysAsync(Ready);
            readyTimes.Add(Stopwatch.GetElapsedTime(daemon.StartedAt, ready).TotalMilliseconds);
            cpuTimes.Add(CpuSeconds(daemon.Id) * 1000);
            return daemon;
        }

        /// <param name="isOurs">True if the targets apply to it.</param>
        public IEnumerable<Result> Rows(Daemon daemon, double cpuBefore, bool isOurs)
        {
            double? TargetOf(double value) => isOurs ? value : null;
            Dictionary<string, double> memory = MegabytesOf(daemon.Id);
            yield return new Result($"(e) {Name} idle, RSS, MB", memory["Rss"], Target: TargetOf(80), IsUpper: true);
            yield return new Result($"(e) {Name} idle, PSS, MB", memory["Pss"]);
            yield return new Result(
                $"(e) {Name} idle, private, MB",
                memory["Private_Clean"] + memory["Private_Dirty"],
                Target: TargetOf(30),
                IsUpper: true);
            yield return new Result(
                $"(e) {Name} idle, CPU, % of one core",
                (CpuSeconds(daemon.Id) - cpuBefore) / IdleTime.TotalSeconds * 100);
            yield return new Result(
                $"(e) {Name} start → ready, median of {readyTimes.Count}, ms",
                Rounds.Percentile(readyTimes, 0.5),
                Target: TargetOf(500),
                IsUpper: true);
            yield return new Result($"(e) {Name} start → ready, CPU, median of {cpuTimes.Count}, ms", Rounds.Percentile(cpuTimes, 0.5));
        }
    }
}
