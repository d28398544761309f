using System.Diagnostics;
using System.Globalization;

namespace F2bBroker.Bench.Scale;

/// <summary>Measures how a group of many servers receives bans.</summary>
internal sealed class ScaleBench(ScaleSetting setting)
{
    /// <summary>How long after the last arrival a ban that is missing counts as lost.</summary>
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(10);
    private static readonly int StatusRuns = int.Parse(Environment.GetEnvironmentVariable("F2B_STATUS") ?? "3", CultureInfo.InvariantCulture);

    private readonly BanFeed feed = new(setting);
    private readonly BrokerProcess broker = new(setting.Folder);
    private readonly MonitoredLogs logs = new(setting);
    private readonly Setting programs = new(setting.Folder);
    private readonly List<(string What, double Value)> rows = [];

    /// <summary>Returns the exit code: 1 if a real consumer lost a ban.</summary>
    public async Task<int> RunAsync()
    {
        Add("broker memory before, MB", broker.Memory);
        await LightEnrollment.RunAsync(setting);
        await using LightServers receivers = new(setting, feed);
        await WriteStepAsync($"Connecting {setting.Servers} light receivers.");
        long start = Stopwatch.GetTimestamp();
        await receivers.ConnectAsync();
        Add("connecting all light receivers, s", Stopwatch.GetElapsedTime(start).TotalSeconds);
        List<Daemon> daemons = await StartDaemonsAsync();
        try
        {
            await Task.Delay(SettleTime, TimeProvider.System);
            Add("broker memory with all connected, MB", broker.Memory);
            await MeasureAsync(receivers);
        }
        finally
        {
            await Task.WhenAll(daemons.Select(daemon => daemon.DisposeAsync().AsTask()));
        }

        Print();
        return logs.Different == (long)setting.BanCount * setting.RealConsumers.Count ? 0 : 1;
    }

    private async Task<List<Daemon>> StartDaemonsAsync()
    {
        List<Daemon> daemons = [];
        foreach (string server in setting.RealConsumers)
        {
            Daemon consumer = programs.Start("f2bbroker-consumer", server);
            daemons.Add(consumer);
            await consumer.SaysAsync("Receiving from");
        }

        await File.WriteAllTextAsync(setting.FileOf("origin", "fail2ban.log"), "");
        Daemon producer = programs.Start("f2bbroker-producer", "origin");
        daemons.Add(producer);
        await producer.SaysAsync("Following");
        return daemons;
    }

    private async Task MeasureAsync(LightServers receivers)
    {
        await WriteStepAsync($"Reporting {setting.Rate} bans/s for {setting.Duration.TotalSeconds:0} s.");
        double cpu = broker.CpuSeconds;
        double written = broker.Written;
        TimeSpan own = Environment.CpuUsage.TotalTime;
        Task<double> status = MeasureStatusAsync();
        Task feeding = feed.RunAsync();
        double peak = 0;
        while (!feeding.IsCompleted)
        {
            peak = Math.Max(peak, broker.Memory);
            await Task.WhenAny(feeding, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        }

        await feeding;
        long arrived = await WaitForArrivalAsync(receivers);
        double seconds = Stopwatch.GetElapsedTime(feed.StartedAt, arrived).TotalSeconds;
        long expected = (long)setting.BanCount * setting.Servers;
        AddLags("light receivers", receivers.Lags);
        if (setting.RealConsumers.Count > 0)
        {
            AddLags("real consumers", logs.ReadLags());
        }

        Add("deliveries/s", (receivers.Received + logs.Written) / seconds);
        Add("lost, light receivers", expected - receivers.Received);
        Add("twice, light receivers", receivers.Duplicates);
        Add("lost, real consumers", (long)setting.BanCount * setting.RealConsumers.Count - logs.Different);
        Add("twice, real consumers", logs.Written - logs.Different);
        Add("lost connections, light receivers", receivers.LostConnections);
        Add("broker CPU, s per s", (broker.CpuSeconds - cpu) / seconds);
        Add("light receivers' CPU, s per s", (Environment.CpuUsage.TotalTime - own).TotalSeconds / seconds);
        Add("broker memory, largest under load, MB", peak);
        Add("broker memory, largest since its start, MB", broker.PeakMemory);
        Add("broker disk writes, MB/s", (broker.Written - written) / seconds);
        Add("f2bbroker status, slowest, s", await status);
    }

    private async Task<double> MeasureStatusAsync()
    {
        double slowest = 0;
        for (int i = 0; i < StatusRuns; i++)
        {
            await Task.Delay(setting.Duration / (StatusRuns + 1), TimeProvider.System);
            long start = Stopwatch.GetTimestamp();
            using Process status = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("F2BBROKER")!, ["status"])
            {
                RedirectStandardOutput = true,
            })!;
            await status.StandardOutput.ReadToEndAsync();
            await status.WaitForExitAsync();
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return slowest;
    }

    /// <summary>Waits until all bans have arrived, or none does any more. Returns the time of the last arrival.</summary>
    private async Task<long> WaitForArrivalAsync(LightServers receivers)
    {
        (long count, long since) = (0, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < ArrivalTimeout)
        {
            long now = receivers.Received + logs.Written;
            if (now > count)
            {
                (count, since) = (now, Stopwatch.GetTimestamp());
            }

            if (count >= (long)setting.BanCount * (setting.Servers + setting.RealConsumers.Count))
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        return since;
    }

    private void AddLags(string who, LagHistogram lags)
    {
        Add($"lag p50, {who}, ms", lags.Percentile(0.5));
        Add($"lag p99, {who}, ms", lags.Percentile(0.99));
        Add($"lag max, {who}, ms", lags.Percentile(1));
    }

    private void Add(string what, double value) => rows.Add((what, value));

    private void Print()
    {
        string type = setting.IsStream ? "stream" : "classic";
        Console.WriteLine($"| {setting.Servers} servers, {setting.Rate} bans/s, {setting.Duration.TotalSeconds:0} s | {type} |");
        Console.WriteLine("| --- | ---: |");
        foreach ((string what, double value) in rows)
        {
            Console.WriteLine($"| {what} | {value.ToString(value >= 100 || value == Math.Floor(value) ? "#,##0" : "0.00", CultureInfo.InvariantCulture)} |");
        }
    }

    private static Task WriteStepAsync(string step) => Console.Error.WriteLineAsync(step);
}
