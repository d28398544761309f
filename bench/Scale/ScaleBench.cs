using System.Diagnostics;
using System.Text.Json.Nodes;

namespace F2bBroker.Bench.Scale;

/// <summary>Measures how a group of many servers receives bans.</summary>
internal sealed class ScaleBench(ScaleSetting setting)
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(10);

    /// <summary>How long after the last report light receivers may go on receiving.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(60);

    /// <summary>How long nothing may arrive before the wait ends.</summary>
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(30);

    private readonly BanFeed feed = new(setting);
    private readonly BrokerProcess broker = new(setting.Folder);
    private readonly MonitoredLogs logs = new(setting);
    private readonly StatusTimes status = new(setting);
    private readonly ScaleTable table = new(setting);
    private readonly Setting programs = new(setting.Folder);

    /// <summary>Returns the exit code: 1 if a real consumer's log has not each ban exactly once, or if a status was wrong.</summary>
    public async Task<int> RunAsync()
    {
        JsonNode overview = await Setting.GetAsync("overview");
        table.Version = $"{overview["rabbitmq_version"]}";
        table.Add("broker memory before, MB", broker.Memory);
        await WriteStepAsync($"Enrolling {setting.Servers} light receivers.");
        long start = Stopwatch.GetTimestamp();
        await LightEnrollment.RunAsync(setting);
        table.Add("f2bbroker enroll --list, s", Stopwatch.GetElapsedTime(start).TotalSeconds);
        await using LightServers receivers = new(setting, feed);
        await WriteStepAsync("Connecting them.");
        start = Stopwatch.GetTimestamp();
        await receivers.ConnectAsync();
        table.Add("connecting all light receivers, s", Stopwatch.GetElapsedTime(start).TotalSeconds);
        List<Daemon> daemons = [];
        try
        {
            await StartAsync(daemons);
            await Task.Delay(SettleTime, TimeProvider.System);
            table.IdleMemory = broker.Memory;
            await MeasureAsync(receivers);
        }
        finally
        {
            await Task.WhenAll(daemons.Select(daemon => daemon.DisposeAsync().AsTask()));
        }

        table.AddRealConsumers(logs);
        table.Print();
        return table.IsComplete && status.AllComplete ? 0 : 1;
    }

    /// <summary>Starts the real consumers and the real producer.</summary>
    private async Task StartAsync(List<Daemon> daemons)
    {
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
    }

    private async Task MeasureAsync(LightServers receivers)
    {
        await WriteStepAsync($"Reporting {setting.Rate} bans/s for {setting.Duration.TotalSeconds:0} s.");
        double cpu = broker.CpuSeconds;
        double written = broker.Written;
        TimeSpan own = Environment.CpuUsage.TotalTime;
        Task asking = status.MeasureAsync();
        Task feeding = feed.RunAsync();
        while (!feeding.IsCompleted)
        {
            table.LargestMemory = Math.Max(table.LargestMemory, broker.Memory);
            await Task.WhenAny(feeding, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        }

        await feeding;
        long fed = Stopwatch.GetTimestamp();
        long expected = (long)setting.BanCount * setting.Servers;
        long arrived = await WaitForAsync(() => receivers.Received, expected, DrainTime);
        table.LargestMemory = Math.Max(table.LargestMemory, broker.Memory);
        TimeSpan period = Stopwatch.GetElapsedTime(feed.StartedAt, arrived);
        table.AddUse(period, receivers.Received, broker.CpuSeconds - cpu, Environment.CpuUsage.TotalTime - own, broker.Written - written);
        table.Add("from the last report to the last arrival, s", Math.Max(0, Stopwatch.GetElapsedTime(fed, arrived).TotalSeconds));
        table.Add("broker memory, largest since its start, MB", broker.PeakMemory);
        await asking;
        table.AddStatus(status);
        bool isFallenBehind = receivers.Received < expected && Stopwatch.GetElapsedTime(arrived) < ArrivalTimeout;
        await receivers.DisposeAsync();
        table.AddLightReceivers(receivers, isFallenBehind);
        await WaitForAsync(() => logs.Written, (long)setting.BanCount * setting.RealConsumers.Count, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits until all have arrived, none does any more, or the time is over. Returns the time of the last arrival.</summary>
    private static async Task<long> WaitForAsync(Func<long> count, long expected, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        (long known, long since) = (-1, start);
        while (Stopwatch.GetElapsedTime(since) < ArrivalTimeout
            && (limit == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(start) < limit))
        {
            long now = count();
            if (now > known)
            {
                (known, since) = (now, Stopwatch.GetTimestamp());
            }

            if (known >= expected)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        return since;
    }

    private static Task WriteStepAsync(string step) => Console.Error.WriteLineAsync(step);
}
