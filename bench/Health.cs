using System.Runtime.InteropServices;

namespace F2bBroker.Bench;

/// <summary>
/// (g) What health messages cost daemons that are idle. Without the exchange the daemons publish none, but keep the connection.
/// </summary>
internal static partial class Health
{
    private const string Exchange = "exchanges/f2b/f2b.health.in";
    private const int RoundCount = 3;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(2);
    private static readonly string[] Programs = ["producer", "consumer"];

    public static async Task<IReadOnlyList<Result>> MeasureAsync(Setting setting)
    {
        List<Usage> with = [];
        List<Usage> without = [];
        for (int round = 0; round < RoundCount; round++)
        {
            await Setting.InitAsync();
            with.AddRange(await MeasureOnceAsync(setting));
            await Setting.DeleteAsync(Exchange);
            without.AddRange(await MeasureOnceAsync(setting));
        }

        await Setting.InitAsync();
        return
        [
            .. Programs.SelectMany(program => new[]
            {
                Compare(program, "CPU, ms a minute", usage => usage.CpuMilliseconds),
                Compare(program, "bytes a minute on the health connection", usage => usage.Bytes),
            }),
        ];

        Result Compare(string program, string what, Func<Usage, double> value) =>
            new($"(g) {program} idle, {what}", Median(with, program, value), Median(without, program, value));
    }

    /// <summary>Returns what each program uses in a minute.</summary>
    private static async Task<IEnumerable<Usage>> MeasureOnceAsync(Setting setting)
    {
        await setting.ResetAsync();
        await File.WriteAllTextAsync(setting.FileOf("origin", "fail2ban.log"), "");
        await using Daemon producer = setting.StartProducer();
        await producer.SaysAsync("Following");
        await using Daemon consumer = setting.StartConsumer();
        await consumer.SaysAsync("Receiving from");
        await Task.Delay(WarmUp, TimeProvider.System);
        Dictionary<string, double> bytes = await BytesAsync();
        (long producerCpu, long consumerCpu) = (CpuNanoseconds(producer.Id), CpuNanoseconds(consumer.Id));
        await Task.Delay(Minutes, TimeProvider.System);
        (producerCpu, consumerCpu) = (CpuNanoseconds(producer.Id) - producerCpu, CpuNanoseconds(consumer.Id) - consumerCpu);
        Dictionary<string, double> after = await BytesAsync();
        return new[] { ("producer", producerCpu), ("consumer", consumerCpu) }.Select(program => new Usage(
            program.Item1,
            program.Item2 / 1_000_000.0 / Minutes.TotalMinutes,
            (after[program.Item1] - bytes[program.Item1]) / Minutes.TotalMinutes));
    }

    private static double Median(IEnumerable<Usage> usages, string program, Func<Usage, double> value) =>
        Rounds.Percentile(usages.Where(usage => usage.Program == program).Select(value), 0.5);

    /// <summary>Returns the bytes in both directions of each program's health connection, as the broker counts them.</summary>
    private static async Task<Dictionary<string, double>> BytesAsync() =>
        (await Setting.GetAsync("connections")).AsArray()
            .Where(connection => $"{connection!["user_provided_name"]}".EndsWith(" health", StringComparison.Ordinal))
            .ToDictionary(
                connection => Programs.Single(program =>
                    $"{connection!["user_provided_name"]}".StartsWith($"f2bbroker-{program} ", StringComparison.Ordinal)),
                connection => (double)connection!["recv_oct"]! + (double)connection["send_oct"]!);

    /// <summary>Returns the CPU time of a process since its start.</summary>
    private static long CpuNanoseconds(int process)
    {
        // clock_getcpuclockid(3): the clock of another process, in nanoseconds. /proc counts in hundredths of a second.
        int clock = (~process << 3) | 2;
        return ClockGetTime(clock, out TimeSpec spent) == 0
            ? spent.Seconds * 1_000_000_000 + spent.Nanoseconds
            : throw new InvalidOperationException($"The CPU time of process {process} is unknown.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);

    /// <summary>What a program used in a minute.</summary>
    private sealed record Usage(string Program, double CpuMilliseconds, double Bytes);
}
