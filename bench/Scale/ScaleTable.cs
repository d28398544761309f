using System.Globalization;

namespace F2bBroker.Bench.Scale;

/// <summary>The results of one run: a table, and one row for a table of several runs.</summary>
internal sealed class ScaleTable(ScaleSetting setting)
{
    private readonly List<(string What, string Value)> rows = [];
    private LagHistogram lags = new();
    private LagHistogram realLags = new();
    private TimeSpan period;
    private double deliveries;
    private string missing = "";
    private double brokerCpu;
    private double receiverCpu;
    private double diskWrites;
    private StatusTimes? status;

    public string Version { get; set; } = "";

    /// <summary>The broker's memory with all receivers connected and no bans, in MB.</summary>
    public double IdleMemory { get; set; }

    public double LargestMemory { get; set; }

    /// <summary>True if each real consumer's log has each ban exactly once.</summary>
    public bool IsComplete { get; private set; }

    public void Add(string what, double value) => rows.Add((what, Text(value)));

    /// <param name="cpu">The broker's CPU time in seconds.</param>
    /// <param name="own">The light receivers' CPU time.</param>
    /// <param name="written">What the broker wrote to disk, in MB.</param>
    public void AddUse(TimeSpan time, long received, double cpu, TimeSpan own, double written)
    {
        period = time;
        deliveries = received / period.TotalSeconds;
        brokerCpu = cpu / period.TotalSeconds;
        receiverCpu = own / period;
        diskWrites = written;
        Add("deliveries to light receivers/s", deliveries);
        Add("broker CPU, s per s", brokerCpu);
        Add("light receivers' CPU, s per s", receiverCpu);
        Add("broker disk writes, bytes", diskWrites * 1_000_000);
        Add("broker memory with all connected, MB", IdleMemory);
        Add("broker memory, largest under load, MB", LargestMemory);
    }

    public void AddStatus(StatusTimes times)
    {
        status = times;
        Add("f2bbroker status, median, s", times.Median);
        Add("f2bbroker status, slowest, s", times.Slowest);
    }

    /// <param name="receivers">The light receivers, which no longer receive.</param>
    /// <param name="isFallenBehind">True if bans were still arriving when the wait for them ended.</param>
    public void AddLightReceivers(LightServers receivers, bool isFallenBehind)
    {
        long count = (long)setting.BanCount * setting.Servers - receivers.Received;
        receivers.NoteMissing();
        lags = receivers.Lags;
        AddLags("light receivers", lags);
        Add(isFallenBehind ? "not delivered yet, light receivers (they fell behind)" : "lost, light receivers", count);
        Add("twice, light receivers", receivers.Duplicates);
        Add("lost connections, light receivers", receivers.LostConnections);
        missing = isFallenBehind ? $"{Text(count)} behind" : $"{Text(count)} lost";
    }

    public void AddRealConsumers(MonitoredLogs logs)
    {
        realLags = logs.ReadLags();
        (long lost, long twice) = (logs.CountMissing(), logs.CountTwice());
        AddLags("real consumers", realLags);
        Add("lost, real consumers", lost);
        Add("twice, real consumers", twice);
        IsComplete = lost == 0 && twice == 0;
    }

    public void Print()
    {
        string type = setting.IsStream ? "stream" : "classic";
        string seconds = Text(setting.Duration.TotalSeconds);
        Console.WriteLine($"| RabbitMQ {Version}, {setting.Servers} servers, {setting.Rate} bans/s, {seconds} s | {type} |");
        Console.WriteLine("| --- | ---: |");
        rows.ForEach(row => Console.WriteLine($"| {row.What} | {row.Value} |"));
        Console.WriteLine();
        Console.WriteLine(
            "| RabbitMQ | servers | bans/s | s | from | lag p50 / p99 / max, ms | real consumers, ms | deliveries/s | light receivers | "
                + "real consumers | broker CPU | receivers' CPU | memory idle / largest, MB | written, MB | status median / slowest, s |");
        Console.WriteLine($"|{string.Concat(Enumerable.Repeat(" --- |", 15))}");
        string[] summary =
        [
            Version,
            Text(setting.Servers),
            Text(setting.Rate),
            seconds,
            type,
            Lags(lags),
            Lags(realLags),
            Text(deliveries),
            missing,
            IsComplete ? "each once" : "not each once",
            Text(brokerCpu),
            Text(receiverCpu),
            $"{IdleMemory:0} / {LargestMemory:0}",
            Text(diskWrites),
            $"{Text(status!.Median)} / {Text(status.Slowest)}",
        ];
        Console.WriteLine($"| {string.Join(" | ", summary)} |");
    }

    private void AddLags(string who, LagHistogram of)
    {
        Add($"lag p50, {who}, ms", of.Percentile(0.5));
        Add($"lag p99, {who}, ms", of.Percentile(0.99));
        Add($"lag max, {who}, ms", of.Percentile(1));
    }

    private static string Lags(LagHistogram of) => $"{Text(of.Percentile(0.5))} / {Text(of.Percentile(0.99))} / {Text(of.Percentile(1))}";

    private static string Text(double value) =>
        value.ToString(value >= 100 || value == Math.Floor(value) ? "#,##0" : "0.00", CultureInfo.InvariantCulture);
}
